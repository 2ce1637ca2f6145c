import { test, expect } from "bun:test"; import n from "is-number"; test("a number", () => expect(n(1)).toBe(true));
