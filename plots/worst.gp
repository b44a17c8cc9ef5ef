# worst.gp -- how far an adversary can drive each policy's heap.
name = "worst"
title = "Worst case: Robson's adversary"
subtitle = "peak of the heap / most live memory, blocks of 1 to 1024 units"
load plots . "/bench.gp"

set xrange [0 : *]
set xlabel "times the live memory"
unset key
set style fill solid 1.0 noborder
set arrow from bound, graph 0 to bound, graph 1 nohead linecolor rgb "#D55E00" \
    dashtype 2 linewidth 2 front
set label "what any policy can be forced to" at bound, graph 1 \
    center offset 0, 0.6 font font_small textcolor rgb "#D55E00" front
plot data . "/worst.tsv" using (0):5:(0):2:($5 - half):($5 + half):3:ytic(1) \
         with boxxyerror linecolor rgb variable
