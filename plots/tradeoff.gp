# tradeoff.gp -- utilization against throughput: a point for each policy.
#
# Up is frugal, right is fast.  The line joins the policies that no other one
# beats in both.  Coordinates are pixels (see place.awk), so that names can be
# put where they cover nothing.

name = "tradeoff"
grid = "#E4E4E4"
load data . "/sizes.gp"
width = 960
height = 640
load plots . "/terminal.gp"
load data . "/axes.gp"

set margins 0, 0, 0, 0
set xrange [0 : width]
set yrange [height : 0]
unset border
unset key
unset xtics
unset ytics

set label "Utilization against throughput" at 20, 28 left font font_title
set label "mean utilization over traces; all operations / all seconds" \
    at 20, 54 left font font_small textcolor rgb faint
set label "million operations per second" at (left + right) / 2, bottom + 44 \
    center font font_base
set label "utilization" at 20, (top + bottom) / 2 center rotate by 90 \
    font font_base
set arrow from left, limit_y to right, limit_y nohead linecolor rgb "#777777" \
    dashtype 2 back
set label sprintf("mean limit %.1f%%", mean_limit) at left + 6, limit_y - 10 \
    left font font_small textcolor rgb faint front
set label "frugal and fast" at right - 6, top - 12 right font font_small \
    textcolor rgb faint

placed = data . "/placed.tsv"
told(side) = stringcolumn(7) eq side ? stringcolumn(8) : ""
set datafile separator "\t"
plot data . "/front.tsv" using 1:2 with lines linewidth 2.5 \
         linecolor rgb "#C8C8C8", \
     placed using 1:2:9:10 with vectors nohead linecolor rgb "#999999", \
     placed using 1:2:4:3 with points pointtype variable \
         linecolor rgb variable pointsize 1.6 linewidth 1.5, \
     placed using 5:6:(told("l")) with labels left font font_base, \
     placed using 5:6:(told("r")) with labels right font font_base, \
     placed using 5:6:(told("c")) with labels center font font_base
