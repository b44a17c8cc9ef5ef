# prepare.awk -- the tables that the pictures are drawn from, out of a CSV of
# mdriver.
#
#   awk -v style=plots/style -v data=FOLDER -f csv.awk -f dress.awk \
#       -f prepare.awk run.csv
#
# Rows of a map are numbered from the top, 1 to n_traces, the row of averages
# stands half a row apart; columns are policies from 1, column 0 is the limit.
# Failed results have no figures: they count as zero utilization in the mean,
# as in mdriver's own table.

# Three significant digits, as mdriver's tables show them.
function three(value)
{
    if (value < 0.0995) return sprintf("%.3f", value)
    if (value < 9.995) return sprintf("%.2f", value)
    if (value < 99.95) return sprintf("%.1f", value)
    return sprintf("%.0f", value)
}

function percent(share)
{
    return sprintf("%.1f", 100 * share)
}

# Figures near a bound of the colours keep the bound's colour.
function clamp(value, least, most)
{
    return value < least ? least : value > most ? most : value
}

function log2(value)
{
    return log(value) / log(2)
}

function add_trace(name, limit)
{
    if (!(name in trace_row)) {
        trace_row[name] = ++n_traces
        trace_name[n_traces] = name
        trace_limit[n_traces] = limit > 0 ? limit : 1
    }
    return trace_row[name]
}

function add_policy(name)
{
    if (!(name in policy_column)) {
        policy_column[name] = ++n_policies
        policy_name[n_policies] = name
        dress(name)
    }
    return policy_column[name]
}

BEGIN {
    FS = "\n"
    read_style()
}

FNR == 1 {
    n = split_row($0, field)
    for (i = 1; i <= n; i++) {
        at[field[i]] = i
    }
    n = split("trace policy valid ops utilization limit", needed, " ")
    for (i = 1; i <= n; i++) {
        if (!(needed[i] in at)) {
            print FILENAME ":1: expected a column \"" needed[i] "\", as " \
                  "mdriver --csv writes, got " $0 > "/dev/stderr"
            exit failed = 2
        }
    }
    next
}

{
    # Fields that a short row lacks are empty, not those of the row before.
    split("", field)
    split_row($0, field)
    t = add_trace(field[at["trace"]], field[at["limit"]])
    p = add_policy(field[at["policy"]])
    # A trace given twice (by files of the same name) shows its last result.
    cell = t SUBSEP p
    valid[cell] = field[at["valid"]]
    verdict[cell] = "verdict" in at ? field[at["verdict"]] : ""
    ops[cell] = field[at["ops"]]
    utilization[cell] = field[at["utilization"]]
    ns[cell] = "ns_per_op" in at ? field[at["ns_per_op"]] : ""
    ratio[cell] = "libc_ratio" in at ? field[at["libc_ratio"]] : ""
    timed = timed || ns[cell] != ""
}

# A cell of a map: column, row, value that colours it, text, best of its row.
function put_cell(file, column, row, value, text, best)
{
    printf "%g\t%g\t%g\t%s\t%d\n", column, row, value, text, best > file
}

function put_word(file, column, row, word)
{
    printf "%g\t%g\t%s\n", column, row, word > file
}

# Gnuplot complains of files without a point: one that is not seen.
function begin_file(file)
{
    printf "-99\t-99\t0\t\t0\n" > file
}

function short_verdict(word)
{
    if (word == "fault") return "FAULT"
    if (word == "crashed") return "CRASH"
    if (word == "exited") return "EXIT"
    if (word == "hung") return "HUNG"
    if (word == "runaway") return "MEMORY"
    if (word == "no_memory") return "NO MEM"
    if (word == "not_run") return "-"
    return "failed"
}

function has_utilization(cell)
{
    return valid[cell] == 1 && utilization[cell] > 0
}

function has_time(cell)
{
    return valid[cell] == 1 && ns[cell] != ""
}

function utilization_cell(t, p, best,    cell, share)
{
    cell = t SUBSEP p
    if (!has_utilization(cell)) {
        put_word(utilization_failed, p, t, short_verdict(verdict[cell]))
        n_failed[p]++
        return
    }
    share = utilization[cell] / trace_limit[t]
    put_cell(utilization_file, p, t, clamp(share, 0.5, 1),
             percent(utilization[cell]), percent(utilization[cell]) == best)
    sum_utilization[p] += utilization[cell]
    sum_share[p] += share
}

# Without a ratio to libc the cell stays white.
function throughput_cell(t, p, best,    cell)
{
    cell = t SUBSEP p
    if (!has_time(cell)) {
        put_word(throughput_failed, p, t, short_verdict(verdict[cell]))
        return
    }
    put_cell(throughput_file, p, t,
             ratio[cell] > 0 ? clamp(log2(ratio[cell]), -3, 3) : 0,
             three(1000 / ns[cell]), three(1000 / ns[cell]) == best)
    sum_ops[p] += ops[cell]
    sum_ns[p] += ops[cell] * ns[cell]
    if (ratio[cell] > 0) {
        sum_log_ratio[p] += log2(ratio[cell])
        n_ratio[p]++
    }
}

# The best of a row as it is shown; none where nobody can be better.
function best_utilization(t,    p, cell, most)
{
    most = -1
    for (p = 1; p <= n_policies; p++) {
        cell = t SUBSEP p
        if (has_utilization(cell) && utilization[cell] + 0 > most) {
            most = utilization[cell] + 0
        }
    }
    return n_policies > 1 ? percent(most) : ""
}

function best_speed(t,    p, cell, least)
{
    least = 1e300
    for (p = 1; p <= n_policies; p++) {
        cell = t SUBSEP p
        if (has_time(cell) && ns[cell] + 0 < least) {
            least = ns[cell] + 0
        }
    }
    return n_policies > 1 ? three(1000 / least) : ""
}

function trace_cells(t,    p, most, fastest)
{
    most = best_utilization(t)
    fastest = best_speed(t)
    for (p = 1; p <= n_policies; p++) {
        utilization_cell(t, p, most)
        throughput_cell(t, p, fastest)
    }
}

function average_cells(p, row,    mean)
{
    put_cell(utilization_file, p, row, clamp(sum_share[p] / n_traces, 0.5, 1),
             percent(sum_utilization[p] / n_traces), 0)
    if (sum_ns[p] > 0) {
        mean = n_ratio[p] > 0 ? sum_log_ratio[p] / n_ratio[p] : 0
        put_cell(throughput_file, p, row, clamp(mean, -3, 3),
                 three(1000 * sum_ops[p] / sum_ns[p]), 0)
    }
}

function limit_column(row,    t)
{
    for (t = 1; t <= n_traces; t++) {
        put_word(utilization_limit, 0, t, percent(trace_limit[t]))
        sum_limit += trace_limit[t]
    }
    put_word(utilization_limit, 0, row, percent(sum_limit / n_traces))
}

function longest(name, n,    i, most)
{
    most = 8
    for (i = 1; i <= n; i++) {
        most = length(name[i]) > most ? length(name[i]) : most
    }
    return most
}

# Names in gnuplot's strings: no quotes, no backslashes.
function plain(name)
{
    gsub(/["\\\t]/, "?", name)
    if (length(name) > 34) {
        name = substr(name, 1, 16) ".." substr(name, length(name) - 15)
    }
    return name
}

function name_files()
{
    begin_file(utilization_file = data "/utilization.tsv")
    begin_file(utilization_failed = data "/utilization-failed.tsv")
    begin_file(utilization_limit = data "/utilization-limit.tsv")
    begin_file(throughput_file = data "/throughput.tsv")
    begin_file(throughput_failed = data "/throughput-failed.tsv")
    begin_file(data "/throughput-limit.tsv")
    heads = data "/policies.tsv"
    rows = data "/traces.tsv"
    points = data "/points.tsv"
    sizes = data "/sizes.gp"
}

# A policy's mean utilization in percent and its million operations/s.
function put_point(p, look,    failed)
{
    if (sum_ns[p] > 0) {
        failed = n_failed[p] ? " (" n_failed[p] " failed)" : ""
        printf "%g\t%g\t%s\t%s\n", 1000 * sum_ops[p] / sum_ns[p],
               100 * sum_utilization[p] / n_traces, look,
               policy_name[p] failed > points
    }
}

END {
    if (failed) {
        exit failed
    }
    name_files()
    for (t = 1; t <= n_traces; t++) {
        trace_name[t] = plain(trace_name[t])
        printf "%d\t%s\n", t, trace_name[t] > rows
        trace_cells(t)
    }
    limit_column(n_traces + 1.5)
    for (p = 1; p <= n_policies; p++) {
        average_cells(p, n_traces + 1.5)
        look = colour[policy_name[p]] "\t" point[policy_name[p]]
        policy_name[p] = plain(policy_name[p])
        printf "%d\t%s\t%s\n", p, policy_name[p], look > heads
        put_point(p, look)
    }
    printf "n_traces = %d\nn_policies = %d\n", n_traces, n_policies > sizes
    printf "name_length = %d\nhead_length = %d\n",
           longest(trace_name, n_traces), longest(policy_name, n_policies) > sizes
    printf "timed = %d\nmean_limit = %g\n", timed, 100 * sum_limit / n_traces > sizes
}
