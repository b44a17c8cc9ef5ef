# fragmentation.gp -- where memory goes when the heap is largest, by policy.
#
# A bar that leaves the picture ends in its value.
name = "fragmentation"
title = "Where memory goes at the peak of the heap"
subtitle = "per cent of the live payload, mean over recorded programs"
load plots . "/bench.gp"

most = 100
cut(value) = value > most ? most : value
set xrange [0 : most * 1.02]
set xlabel "per cent of the live payload"
set tmargin at screen 1 - 120.0 / height
set key at screen 150.0 / width, screen 1 - 68.0 / height left top horizontal \
    reverse Left samplen 1 width 2
set style fill solid 1.0 noborder
beyond(total) = total > most ? sprintf("%.0f →", total) : ""
bars = data . "/fragmentation.tsv"
# Columns: 6 inside blocks, 7 tables, 8 free; 11 number of the row.
plot bars using (0):11:(0):(cut($6)):($11 - half):($11 + half):ytic(1) \
         with boxxyerror linecolor rgb "#0072B2" \
         title "rounding: more than was asked for", \
     bars using (0):11:(cut($6)):(cut($6 + $7)):($11 - half):($11 + half) \
         with boxxyerror linecolor rgb "#E69F00" title "headers, padding, tables", \
     bars using (0):11:(cut($6 + $7)):(cut($6 + $7 + $8)):($11 - half):($11 + half) \
         with boxxyerror linecolor rgb "#B0B0B0" title "free", \
     bars using (most - 1):11:(beyond($6 + $7 + $8)) with labels right \
         font font_bold notitle
