import { test, expect } from "vitest"; import lib from "@x/lib"; test("the library is built", () => expect(lib).toBe(42));
