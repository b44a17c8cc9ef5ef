# tar and xz: packed by two threads, unpacked, and the same as before.
tar c -C "$ROOT" --sort=name allocator driver tests traces | xz -3 -T2 \
    --block-size=2MiB >all.tar.xz || exit
cksum <all.tar.xz
xz -d -T2 <all.tar.xz | tar x || exit
for folder in allocator driver tests traces; do
    diff -r "$ROOT/$folder" $folder || exit
done
xz -t -v all.tar.xz 2>/dev/null && tar tJf all.tar.xz | sort | cksum
