'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { page } = require('../src/page.js');

test('the page lists articles with their prices', () => {
  assert.match(page([{ name: 'nest box', price: 2450 }]), /nest box: 24\.50 €/);
});

test('a name cannot break the page', () => {
  assert.doesNotMatch(page([{ name: '<script>', price: 1 }]), /<script>/);
});
