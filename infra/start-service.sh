#!/bin/sh
# What the image runs its command by: Node is given the options that @weir/runtime has for the service which the
# command names, unless NODE_OPTIONS is set.
case " $*" in
*[\ /]apps/query/*) options='--max-semi-space-size=8 --max-old-space-size=2000' ;;
*) options='--max-semi-space-size=8' ;;
esac
export NODE_OPTIONS="${NODE_OPTIONS-$options}"
exec "$@"
