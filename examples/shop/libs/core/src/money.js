'use strict';

/** Cents as a person reads them: 1999 is "19.99 €". */
function format(cents) {
  if (!Number.isInteger(cents)) throw new TypeError(`not a whole number of cents: ${cents}`);
  const sign = cents < 0 ? '-' : '';
  const [whole, rest] = [Math.floor(Math.abs(cents) / 100), Math.abs(cents) % 100];
  return `${sign}${whole}.${String(rest).padStart(2, '0')} €`;
}

module.exports = { format };
