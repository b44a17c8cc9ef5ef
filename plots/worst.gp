# worst.gp -- how far programs made for it drive each policy's heap.
name = "worst"
title = "Worst cases"
subtitle = "peak of the heap / most live memory; grey lines end where the policy is known to go no farther"
load plots . "/bench.gp"

set logscale x 2
set xrange [1 : 80]
set xtics (1, 2, 4, 8, 16, 32, 64)
set xlabel "times the live memory"
set tmargin at screen 1 - 120.0 / height
set key at screen 150.0 / width, screen 1 - 68.0 / height left top horizontal \
    reverse Left samplen 1 width 2
set style fill solid 1.0 noborder
set arrow from bound, graph 0 to bound, graph 1 nohead linecolor rgb "#D55E00" \
    dashtype 2 linewidth 2 front
set label "what any policy can be forced to" at bound, graph 0 \
    left offset 0.6, 0.7 font font_small textcolor rgb "#D55E00" front
# Columns: 1 policy, 2 to 6 the programs, 7 a bound or 0, 8 to 10 its dress.
rows_of = data . "/worst.tsv"
shown(x) = x > 0 ? x : NaN
plot rows_of using (1):10:(1):7:($10 - 0.07):($10 + 0.07):ytic(1) \
         with boxxyerror linecolor rgb "#DDDDDD" notitle, \
     rows_of using (shown($2)):10 with points pointtype 7 pointsize 1.1 \
         linecolor rgb "#0072B2" title "Robson's adversary", \
     rows_of using (shown($3)):10 with points pointtype 5 pointsize 1.1 \
         linecolor rgb "#E69F00" title "rounded up", \
     rows_of using (shown($4)):10 with points pointtype 9 pointsize 1.3 \
         linecolor rgb "#009E73" title "size by size", \
     rows_of using (shown($5)):10 with points pointtype 11 pointsize 1.3 \
         linecolor rgb "#56B4E9" title "one a page", \
     rows_of using (shown($6)):10 with points pointtype 13 pointsize 1.5 \
         linecolor rgb "#CC79A7" title "against best fit"
