console.log(require("@x/lib")); require("assert")(require("@x/lib") === 42)
