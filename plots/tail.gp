# tail.gp -- how long single operations take: half, 99 %, 99.9 %, all of them.
name = "tail"
title = "Single operations"
subtitle = "ns within which half (dot), 99 % (ring), 99.9 % (triangle) and all (cross) of the calls end"
load plots . "/bench.gp"

set logscale x
set xrange [8 : *]
set xlabel "ns"
set key at graph 1, graph 1 right bottom horizontal samplen 1 height 0.5
least(value) = value < 10 ? 10 : value
shape(c) = c == 3 ? 7 : c == 4 ? 6 : c == 5 ? 9 : 2
points = data . "/tail.tsv"
# Columns: 2 kind, 3 p50, 4 p99, 5 p99.9, 6 max, 7 colour, 9 number.
kinds = "malloc free realloc"
colour(k) = word("#0072B2 #D55E00 #999999", k)
row(k) = column(9) + 0.22 * (k - 2)
of(k) = stringcolumn(2) eq word(kinds, k)
plot for [k = 1 : 3] points \
         using (of(k) ? least($3) : 1/0):(row(k)):(least($6) - least($3)):(0) \
         with vectors nohead linecolor rgb colour(k) linewidth 1 notitle, \
     for [k = 1 : 3] for [c = 3 : 6] points \
         using (of(k) ? least(column(c)) : 1/0):(row(k)) \
         with points pointtype shape(c) linecolor rgb colour(k) pointsize 0.9 \
         title (c == 3 ? word(kinds, k) : ""), \
     points using (10):9:ytic(1) with points pointsize 0 notitle
