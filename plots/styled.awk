# styled.awk -- a benchmark's CSV as a table for gnuplot: tabs between fields,
# and behind them the colour, point type and number of the row's policy.
#
#   awk -v style=plots/style -f dress.awk -f styled.awk plots/out/scaling.csv
#
# The first field is the policy; the first line, which names the fields, goes.

BEGIN {
    FS = ","
    OFS = "\t"
    read_style()
}

FNR > 1 {
    policy = $1
    if (!(policy in number)) {
        number[policy] = ++n_policies
        dress(policy)
    }
    $1 = $1
    print $0, colour[policy], point[policy], number[policy]
}
