#!/bin/sh
# Does the shop answer?
set -eu
curl --fail --silent --show-error "$API_URL"
