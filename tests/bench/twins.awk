# twins.awk -- by trace and policy: how far twins stand apart from their trace
# in the share of the limit that is reached, in points.
#
#   awk -v csv=twins.csv -f plots/csv.awk -f twins.awk all.csv
#
# all.csv is mdriver's; the traces come first, NAME.rep, then their twins,
# NAME+SEED.rep.  Prints a table and writes csv.

NR == 1 {
    for (i = split_row($0, field); i > 0; i--) {
        column[field[i]] = i
    }
    next
}

{
    split_row($0, field)
    policy = field[column["policy"]]
    share = 100 * field[column["share_of_limit"]]
    trace = field[column["trace"]]
}

!sub(/\+[0-9]+\.rep$/, ".rep", trace) {
    if (trace != trace_name[traces]) {
        trace_name[++traces] = trace
    }
    if (traces == 1) {
        policy_name[++policies] = policy
        width[policies] = length(policy) > 17 ? length(policy) : 17
    }
    reached[trace, policy] = share
    next
}

{
    apart = share - reached[trace, policy]
    sum[trace, policy] += apart
    twins[trace, policy]++
    apart = apart < 0 ? -apart : apart
    if (apart > largest[trace, policy]) {
        largest[trace, policy] = apart
    }
}

function in_quotes(name)
{
    return name ~ /[",]/ ? "\"" name "\"" : name
}

# Fills mean[], by policy, of the traces from first to last, and most[].
function average(first, last,    p, t, k)
{
    for (p = 1; p <= policies; p++) {
        mean[p] = most[p] = near[p] = 0
        for (t = first; t <= last; t++) {
            k = trace_name[t] SUBSEP policy_name[p]
            mean[p] += sum[k] / twins[k] / (last - first + 1)
            most[p] = largest[k] > most[p] ? largest[k] + 0 : most[p]
            near[p] += largest[k] <= 0.5
        }
    }
}

function print_row(name,    p)
{
    printf "  %-20s", name
    for (p = 1; p <= policies; p++) {
        printf " %" (width[p] - 8) "s %7.1f", sprintf("%+.1f", mean[p]), most[p]
    }
    print ""
}

function write_row(trace,    p)
{
    for (p = 1; p <= policies; p++) {
        printf "%s,%s,%.4f,%.4f,%.4f\n", in_quotes(trace),
               in_quotes(policy_name[p]), reached[trace, policy_name[p]],
               mean[p], most[p] >csv
    }
}

END {
    print "twins: their share of the limit less that of the trace, in points"
    printf "  %-20s", "trace"
    for (p = 1; p <= policies; p++) {
        printf " %" width[p] "s", policy_name[p]
    }
    printf "\n  %-20s", ""
    for (p = 1; p <= policies; p++) {
        printf " %" (width[p] - 8) "s %7s", "mean", "largest"
    }
    print ""
    print "trace,policy,reached,twins_mean,twins_largest" >csv
    for (t = 1; t <= traces; t++) {
        average(t, t)
        print_row(trace_name[t])
        write_row(trace_name[t])
    }
    average(1, traces)
    print_row("all")
    printf "  %-20s", "0.5 at most"
    for (p = 1; p <= policies; p++) {
        printf " %" width[p] "s", near[p] " of " traces
    }
    print ""
}
