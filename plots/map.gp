# map.gp -- a map of figures: rows are traces, columns policies.
#
# The caller sets: data (folder), name (of the figure, and of its files), the
# words and the range of the palette.  The mark above a column is the policy's
# own in all pictures.
#
# The plot covers the whole picture and its coordinates are pixels, from the
# top left, so that names beside the cells are drawn like anything else.

load data . "/sizes.gp"

cell_width = 62
cell_height = 25
character = 7.6
left = 40 + character * name_length
least_left = 28 + 1.2 * character * strlen(average)
left = left < least_left ? least_left : left
right = 40 + 0.75 * character * head_length
top = 105 + 0.6 * character * head_length
bottom = 80
first_column = has_limit ? 0 : 1
map_width = cell_width * (n_policies + 1 - first_column)
width = left + map_width + right
legend_end = left + 275 + 6.8 * strlen(words)
width = width < legend_end ? legend_end : width
height = top + bottom + cell_height * (n_traces + 1.5)

load plots . "/terminal.gp"

x(column) = left + (column - first_column + 0.5) * cell_width
y(row) = top + (row - 0.5) * cell_height

set margins 0, 0, 0, 0
set xrange [0 : width]
set yrange [height : 0]
unset border
unset key
unset xtics
unset ytics

set label 1 title at 20, 28 left font font_title
set label 2 subtitle at 20, 54 left font font_small textcolor rgb faint
set label 3 average at left - 8, y(n_traces + 1.5) right font font_bold
if (has_limit) {
    set label 4 "limit" at x(0), top - 10 center font font_base \
        textcolor rgb faint
}

# Good is blue, bad is orange: told apart with any colour vision, and dark
# figures stay readable on both.
set palette defined (0 "#E07B28", 0.25 "#F2B277", 0.5 "#FBFBF7", \
                     0.75 "#9CC4E4", 1 "#4E93CC")
set cbrange [range_low : range_high]
set colorbox horizontal user \
    origin screen left / width, screen 44.0 / height \
    size screen 240.0 / width, screen 12.0 / height noborder
set cbtics scale 0 offset 0, 0.5 font font_small
set label 5 words at left + 275, height - 50 left font font_small \
    textcolor rgb faint

file(suffix) = sprintf("%s/%s%s.tsv", data, name, suffix)
heads = data . "/policies.tsv"
set datafile separator "\t"
plot file("") \
         using (x($1)):(y($2)):(x($1) - 30):(x($1) + 30):(y($2) - 12) \
              :(y($2) + 12):3 \
         with boxxyerror fillstyle solid 1 noborder linecolor palette, \
     file("") using (x($1)):(y($2)):($5 == 1 ? "" : strcol(4)) with labels \
         font font_base, \
     file("") using (x($1)):(y($2)):($5 == 1 ? strcol(4) : "") with labels \
         font font_bold, \
     file("-failed") using (x($1)):(y($2)):3 with labels font font_bold \
         textcolor rgb "#A02000", \
     file("-limit") using (x($1)):(y($2)):3 with labels font font_base \
         textcolor rgb faint, \
     data . "/traces.tsv" using (left - 8):(y($1)):2 with labels right \
         font font_base, \
     heads using (x($1)):(top - 12):4:3 with points pointtype variable \
         linecolor rgb variable pointsize 1.2, \
     heads using (x($1) + 4):(top - 26):2 with labels left rotate by 35 \
         font font_base
