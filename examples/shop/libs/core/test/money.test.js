'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { format } = require('../src/money.js');

test('cents become euros', () => {
  assert.equal(format(1999), '19.99 €');
  assert.equal(format(5), '0.05 €');
  assert.equal(format(-250), '-2.50 €');
});

test('half a cent is refused', () => {
  assert.throws(() => format(0.5), TypeError);
});
