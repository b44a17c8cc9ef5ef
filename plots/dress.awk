# dress.awk -- which colour and point a policy has in all pictures.
#
#   awk -v style=plots/style -f dress.awk -f OTHER.awk ...
#
# colour[] and point[] are those of the file style; a policy that is not there
# gets the next spare ones.

# Of "#rrggbb".
function colour_number(text,    i, value)
{
    value = 0
    for (i = 2; i <= length(text); i++) {
        value = 16 * value + index("0123456789abcdef",
                                   tolower(substr(text, i, 1))) - 1
    }
    return value
}

function read_style(    line, part)
{
    while ((getline line < style) > 0) {
        if (line ~ /^#/ || split(line, part, /[ \t]+/) < 3) {
            continue
        }
        if (part[1] == "*") {
            spare_colour[++n_spare] = colour_number(part[2])
            spare_point[n_spare] = part[3]
        } else {
            colour[part[1]] = colour_number(part[2])
            point[part[1]] = part[3]
        }
    }
    close(style)
}

function dress(policy)
{
    if (!(policy in colour)) {
        n_taken = n_taken % n_spare + 1
        colour[policy] = spare_colour[n_taken]
        point[policy] = spare_point[n_taken]
    }
}
