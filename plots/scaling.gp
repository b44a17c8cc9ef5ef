# scaling.gp -- time of an operation against the number of live blocks.
name = "scaling"
width = 960
height = 640
title = "Time against live blocks"
subtitle = "random replacement of blocks of 16 to 1024 bytes; touch: what cache misses alone cost"
load plots . "/terminal.gp"
load plots . "/heading.gp"

set logscale xy
set xrange [1e3 : 1e7]
set xlabel "live blocks"
set ylabel "ns per operation"
set format x "10^{%L}"
set border 3 linecolor rgb "#777777"
set xtics nomirror
set ytics nomirror
set grid xtics ytics linecolor rgb "#E4E4E4" linetype 1
set key outside right center reverse Left samplen 2
set datafile separator "\t"
curves = data . "/scaling.tsv"
# Columns: 1 policy, 2 live blocks, 3 ns, 4 colour, 5 point, 6 number.
of(i, field) = system(sprintf("awk -F'\t' '$6 == %d {print $%d; exit}' '%s'", \
                              i, field, curves))
plot for [i = 1 : rows] curves using ($6 == i ? $2 : 1/0):3 \
         with linespoints linecolor rgb int(of(i, 4)) \
         pointtype int(of(i, 5)) pointsize 1 linewidth 1.6 title of(i, 1)
