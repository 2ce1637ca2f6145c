import { mkdirSync, writeFileSync } from "node:fs";
import { articles } from "@shop/api/dist/articles.js";

mkdirSync("dist", { recursive: true });
writeFileSync("dist/index.html", `<!doctype html><title>Shop</title><p>${articles.join(", ")}</p>\n`);
