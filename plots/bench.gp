# bench.gp -- what the pictures with a row for each policy share.
#
# The caller sets: name, rows (how many), title, subtitle.
width = 960
height = 150 + 24 * rows
load plots . "/terminal.gp"
load plots . "/heading.gp"

set yrange [rows + 0.6 : 0.4]
set border 1 linecolor rgb "#777777"
set ytics scale 0 nomirror textcolor rgb "black"
set xtics nomirror textcolor rgb "black"
set grid xtics linecolor rgb "#E4E4E4" linetype 1
set lmargin at screen 150.0 / width
set rmargin at screen 1 - 30.0 / width
set bmargin at screen 60.0 / height
set datafile separator "\t"
half = 0.34
