" Opens a text, edits it in many ways, undoes some of it, searches and writes.
set nocompatible undolevels=1000 noswapfile
edit words.c
silent %s/\<word\>/term/g
silent g/struct/normal! A /* a structure */
silent %s/\s\+$//e
normal! gg"ayG
for i in range(12)
  silent $put a
  silent execute (i * 40 + 1) . ',' . (i * 40 + 20) . 'move 0'
endfor
silent %!sort
undo
for i in range(1, 150)
  call setline(i, printf('%4d %s', i, substitute(getline(i), '\a\+', '\=toupper(submatch(0))', 'g')))
endfor
let words = {}
for line in getline(1, '$')
  for word in split(line, '\W\+')
    let words[word] = get(words, word, 0) + 1
  endfor
endfor
call append('$', map(sort(keys(words)), {_, w -> w . ' ' . g:words[w]}))
silent v/\d/delete
silent earlier 3
qall!
