# make -j2 of this project in a copy: every object file is the same to the byte.
(cd "$ROOT" && tar c --exclude=./build --exclude=./.git --exclude=./traces .) |
    tar x || exit
unset MAKEFLAGS MAKELEVEL MODE CC
make -s -j2 MODE=debug build/debug/mdriver build/debug/libmymalloc.so | sort
find build -name '*.o' | sort | xargs cksum
build/debug/mdriver --list
