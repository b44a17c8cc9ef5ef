# styled.awk -- a benchmark's CSV as a table for gnuplot: tabs between fields,
# and behind them the colour, point type and number of the row's policy.
#
#   awk -v style=plots/style -f styled.awk plots/out/scaling.csv
#
# The first field is the policy; the first line, which names the fields, goes.

function hex(text,    i, value)
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
            spare_colour[++n_spare] = hex(part[2])
            spare_point[n_spare] = part[3]
        } else {
            colour[part[1]] = hex(part[2])
            point[part[1]] = part[3]
        }
    }
}

function dress(policy)
{
    number[policy] = ++n_policies
    if (!(policy in colour)) {
        n_taken = n_taken % n_spare + 1
        colour[policy] = spare_colour[n_taken]
        point[policy] = spare_point[n_taken]
    }
}

BEGIN {
    FS = ","
    OFS = "\t"
    read_style()
}

FNR > 1 {
    policy = $1
    if (!(policy in number)) {
        dress(policy)
    }
    $1 = $1
    print $0, colour[policy], point[policy], number[policy]
}
