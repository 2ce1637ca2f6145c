const test = require("node:test");
const assert = require("node:assert");
test("the library is built", () => assert.equal(require("@x/lib"), 42));
