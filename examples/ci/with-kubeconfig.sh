#!/bin/sh
# Runs a command with the kubeconfig whose text is in KUBECONFIG_TEXT, in a file that only this user may read and that is
# gone afterwards; and with the programs of .venv.
set -eu

KUBECONFIG=$(umask 077 && mktemp)
trap 'rm -f "$KUBECONFIG"' EXIT
printf '%s\n' "$KUBECONFIG_TEXT" > "$KUBECONFIG"
unset KUBECONFIG_TEXT
export KUBECONFIG PATH="$PWD/.venv/bin:$PATH"
"$@"
