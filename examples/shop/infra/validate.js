'use strict';
// Every service says what it needs, and together they fit on the machine that machine.json describes.
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const machine = JSON.parse(fs.readFileSync(path.join(__dirname, 'machine.json'), 'utf8'));
const services = fs.readdirSync(path.join(root, 'services')).map((name) =>
  JSON.parse(fs.readFileSync(path.join(root, 'services', name, 'service.json'), 'utf8')));

const memory = services.reduce((sum, service) => sum + service.memory, 0);
const open = services.filter((service) => service.public).map((service) => service.name);
console.log(`${services.length} services, ${memory} of ${machine.memory} MiB, open to the world: ${open.join(', ')}`);
if (memory > machine.memory) throw new Error('the services do not fit on the machine');
if (open.some((name) => !machine.public.includes(name))) throw new Error('a service may not be public');
