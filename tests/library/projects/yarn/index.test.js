const test = require("node:test"); const assert = require("node:assert"); test("a number", () => assert(require("./index")(1)));
