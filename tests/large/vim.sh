# vim in batch mode: thousands of edits, undone and done again.
cat "$ROOT"/allocator/*/*.c >text
vim -u NONE -es text <<'END'
%s/\<\(struct\) \(\w\+\)/\2 \1/ge
g/^ \*/normal! A of old
v/;/s/$/ /
2,900sort
undo
redo
g/return/t$
%!tr a-m A-M
call append(line('$'), map(range(20000), 'string(v:val * v:val)'))
wq
END
wc -l <text
cksum <text
