'use strict';
// Prints what the api promises to those who call it.
const { answer } = require('./server.js');

const shape = (value) => Array.isArray(value) ? [shape(value[0])]
  : typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, v]) => [key, shape(v)]))
  : typeof value;

console.log(JSON.stringify({
  '/articles': shape(answer('/articles').body),
  '/articles/1': shape(answer('/articles/1').body),
}, null, 2));
