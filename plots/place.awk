# place.awk -- puts names beside points so that none covers another.
#
#   awk -v sizes=FILE -v front=FILE -f place.awk points.tsv
#
# Reads: throughput, utilization, colour, point type, name.  Writes for each
# its pixel from the top left of the picture, colour, point type, the pixel of
# its name, which side of the name that is, the name, and a line to it; axes go
# to `sizes`, the corners of the front to `front`.
#
# Each name tries places around its point, near ones first, and takes the one
# that covers least of points, names and lines already there.  Policies that waste
# half the memory or more would squeeze all others together: they stand on the
# lower edge, with their figure.

BEGIN {
    FS = OFS = "\t"
    width = 960
    height = 640
    left = 70
    right = 930
    top = 90
    bottom = 570
    character = 7.4
    line = 16
    mark = 7
    edge = 50
}

{
    n++
    speed[n] = $1
    used[n] = $2
    look[n] = $3 OFS $4
    name[n] = $5
    shown[n] = $2 < edge ? edge - 3 : $2
    if ($2 < edge) {
        name[n] = sprintf("%s: %.1f%%", $5, $2)
    }
    low_x = n == 1 || $1 < low_x ? $1 : low_x
    high_x = n == 1 || $1 > high_x ? $1 : high_x
    low_y = n == 1 || shown[n] < low_y ? shown[n] : low_y
}

function log10(value)
{
    return log(value) / log(10)
}

# Axes a little wider than the points.
function set_axes(    gap)
{
    gap = 0.06 * (log10(high_x) - log10(low_x)) + 0.15
    x_low = log10(low_x) - gap
    x_high = log10(high_x) + gap
    y_low = low_y > edge + 3 ? int(low_y / 5 - 0.4) * 5 : edge - 5
    y_high = 101
}

function pixel_x(value)
{
    return left + (log10(value) - x_low) / (x_high - x_low) * (right - left)
}

function pixel_y(value)
{
    return bottom - (value - y_low) / (y_high - y_low) * (bottom - top)
}

function least(a, b)
{
    return a < b ? a : b
}

function most(a, b)
{
    return a > b ? a : b
}

# Area that two rectangles share.
function shared(ax, ay, bx, by, cx, cy, dx, dy,    w, h)
{
    w = least(bx, dx) - most(ax, cx)
    h = least(by, dy) - most(ay, cy)
    return w > 0 && h > 0 ? w * h : 0
}

# Whether a name at dx, dy from its point is far enough for a line to it.
function is_far(dx, dy)
{
    return dx * dx + dy * dy >= 18 * 18
}

# What the line from point i to dx, dy from it covers of a rectangle.
function struck(i, dx, dy, x0, y0, x1, y1,    k, x, y, area)
{
    area = 0
    for (k = 0; k <= 20 && is_far(dx, dy); k++) {
        x = px[i] + dx * k / 20
        y = py[i] + dy * k / 20
        area += x > x0 && x < x1 && y > y0 && y < y1 ? line : 0
    }
    return area
}

# What a rectangle would cover of marks, names, lines and the picture's edge.
function covered(x0, y0, x1, y1, i,    j, area)
{
    area = 0
    for (j = 1; j <= n; j++) {
        area += shared(x0, y0, x1, y1, px[j] - mark, py[j] - mark,
                       px[j] + mark, py[j] + mark)
        if (j in at_x0 && j != i) {
            area += shared(x0, y0, x1, y1, at_x0[j], at_y0[j], at_x1[j],
                           at_y1[j])
            area += struck(j, text_x[j] - px[j], text_y[j] - py[j], x0, y0,
                           x1, y1)
        }
    }
    area += (x1 - x0) * line - shared(x0, y0, x1, y1, left, top, right, bottom)
    return area
}

# Tries one place for name i: dx, dy from the point to the near end.
function try_place(i, dx, dy, side,    w, x0, y0, area, j)
{
    w = character * length(name[i])
    x0 = px[i] + dx - (side == "r" ? w : side == "c" ? w / 2 : 0)
    y0 = py[i] + dy - line / 2
    area = covered(x0, y0, x0 + w, y0 + line, i)
    for (j in at_x0) {
        if (j != i) {
            area += struck(i, dx, dy, at_x0[j], at_y0[j], at_x1[j], at_y1[j])
        }
    }
    if (area < best_area - 0.5) {
        best_area = area
        at_x0[i] = x0
        at_y0[i] = y0
        at_x1[i] = x0 + w
        at_y1[i] = y0 + line
        text_x[i] = px[i] + dx
        text_y[i] = py[i] + dy
        text_side[i] = side
    }
}

function place(i,    step)
{
    best_area = 1e9
    if (shown[i] < edge) {
        try_place(i, 0, -17, "c")
    }
    for (step = 0; step <= 6; step++) {
        try_place(i, 11, step * 9, "l")
        try_place(i, 11, -step * 9, "l")
        try_place(i, -11, step * 9, "r")
        try_place(i, -11, -step * 9, "r")
        try_place(i, 0, -17 - step * 9, "c")
        try_place(i, 0, 17 + step * 9, "c")
        if (best_area < 1) {
            return
        }
    }
}

# A line from the point to a name that found no place right beside it.
function leader(i,    dx, dy)
{
    dx = text_x[i] - px[i]
    dy = text_y[i] - py[i]
    if (!is_far(dx, dy)) {
        return "0" OFS "0"
    }
    return dx * 0.8 OFS dy - (dy > 0 ? 7 : -7) * (text_side[i] == "c")
}

# On the front: nobody is at least as good in both, and better in one.
function on_front(i,    j)
{
    for (j = 1; j <= n; j++) {
        if (speed[j] >= speed[i] && used[j] >= used[i] &&
            (speed[j] > speed[i] || used[j] > used[i])) {
            return 0
        }
    }
    return 1
}

# The front as a staircase from the slowest to the fastest.
function put_front(    done, i, j, last)
{
    last = 0
    for (done = 1; done;) {
        done = 0
        j = 0
        for (i = 1; i <= n; i++) {
            if (is_front[i] && !told[i] && (!j || speed[i] < speed[j])) {
                j = i
            }
        }
        if (j) {
            if (last) {
                print px[last], py[j] > front
            }
            print px[j], py[j] > front
            told[j] = done = 1
            last = j
        }
    }
}

# Marks of the axes: 1, 2, 5 and their multiples; every 5 or 10 percent.
function put_axes(    value, decade, i, step, text)
{
    printf "width = %d\nheight = %d\n", width, height > sizes
    printf "left = %d\nright = %d\ntop = %d\nbottom = %d\n", left, right, top,
           bottom > sizes
    for (decade = -3; decade <= 4; decade++) {
        for (i = 1; i <= 9; i++) {
            if (x_high - x_low > 0.5 && i != 1 && i != 2 && i != 5) {
                continue
            }
            value = i * 10 ^ decade
            if (log10(value) > x_low && log10(value) < x_high) {
                printf "set label \"%g\" at %g, %d center font font_small\n",
                       value, pixel_x(value), bottom + 18 > sizes
                printf "set arrow from %g, %d to %g, %d nohead linecolor rgb grid back\n",
                       pixel_x(value), bottom, pixel_x(value), top > sizes
            }
        }
    }
    step = y_high - y_low > 30 ? 10 : 5
    for (value = 0; value <= 100; value += step) {
        if (value > y_low) {
            printf "set label \"%d%%\" at %d, %g right font font_small\n", value,
                   left - 8, pixel_y(value) > sizes
            printf "set arrow from %d, %g to %d, %g nohead linecolor rgb grid back\n",
                   left, pixel_y(value), right, pixel_y(value) > sizes
        }
    }
    printf "limit_y = %g\n", pixel_y(mean_limit) > sizes
}

END {
    set_axes()
    for (i = 1; i <= n; i++) {
        px[i] = pixel_x(speed[i])
        py[i] = pixel_y(shown[i])
    }
    for (i = 1; i <= n; i++) {
        is_front[i] = on_front(i)
        place(i)
        print px[i], py[i], look[i], text_x[i], text_y[i], text_side[i],
              name[i], leader(i)
    }
    put_front()
    put_axes()
}
