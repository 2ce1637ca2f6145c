import assert from "node:assert";
import test from "node:test";
import { articles } from "./articles.js";

test("there is something to sell", () => assert.ok(articles.length > 0));
