'use strict';
const { page } = require('./page.js');

const html = page([{ name: 'nest box', price: 2450 }]);
if (!html.includes('24.50 €')) process.exit(1);
console.log('the page shows its articles');
