# terminal.gp -- fonts and the two formats, for a picture of width x height.
#
# PNG is drawn at one and a half times the size, to be sharp on any screen.

font_base = "DejaVu Sans,10"
font_bold = "DejaVu Sans:Bold,10"
font_small = "DejaVu Sans,9"
font_title = "DejaVu Sans:Bold,14"
faint = "#555555"

set encoding utf8
if (format eq "png") {
    set terminal pngcairo size 1.5 * width, 1.5 * height font font_base \
        fontscale 1.5 linewidth 1.5 pointscale 1.5 background rgb "white"
} else {
    set terminal svg size width, height font "DejaVu Sans,10" \
        background rgb "white" dynamic
}
set output out . "/" . name . "." . format
