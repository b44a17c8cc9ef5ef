# csv.awk -- reads what mdriver --csv writes, where names can have commas.
#
#   awk -f csv.awk -f OTHER.awk run.csv

# Splits a row of RFC 4180 into field[1..], which it returns the number of.
function split_row(row, field,    n, value)
{
    n = 0
    while (1) {
        if (substr(row, 1, 1) == "\"") {
            value = ""
            row = substr(row, 2)
            while (match(row, /^[^"]*""/)) {
                value = value substr(row, 1, RLENGTH - 1)
                row = substr(row, RLENGTH + 1)
            }
            match(row, /^[^"]*/)
            value = value substr(row, 1, RLENGTH)
            row = substr(row, RLENGTH + 2)
        } else {
            match(row, /^[^,]*/)
            value = substr(row, 1, RLENGTH)
            row = substr(row, RLENGTH + 1)
        }
        field[++n] = value
        if (row == "") {
            return n
        }
        row = substr(row, 2)
    }
}
