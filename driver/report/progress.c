/*
 * progress.c -- one line on a terminal that tells how far the work is.
 *
 * Time left: what went by, times the ratio of work ahead to work done.  It is
 * told only once it means something, after a second and a twentieth of the
 * work.
 */
#include "driver/report/progress.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "driver/clock/clock.h"
#include "driver/report/terminal.h"
#include "driver/report/text.h"

#define BAR 20

void progress_begin(struct progress *progress, FILE *out, size_t items,
                    double work)
{
    struct report_style style = {.columns = 80};
    terminal_fit(out, COLOUR_NEVER, &style);
    *progress = (struct progress){
        .out = isatty(fileno(out)) ? out : NULL,
        .columns = style.columns,
        .begin_s = clock_wall_s(),
        .items = items,
        .work = work,
    };
}

void progress_add(struct progress *progress, double work)
{
    progress->items_done++;
    progress->work_done += work;
}

void progress_tell(struct progress *progress, const char *current)
{
    text_cut(current, 60, progress->current, sizeof(progress->current));
}

static double share_done(const struct progress *progress)
{
    double share = progress->work_done / progress->work;
    return isfinite(share) ? fmin(1, fmax(0, share)) : 0;
}

static void draw_bar(double share, char *bar)
{
    size_t full = (size_t)(share * BAR);
    memset(bar, ' ', BAR);
    memset(bar, '=', full);
    if (full < BAR) {
        bar[full] = '>';
    }
    bar[BAR] = '\0';
}

static void tell_left(double seconds, char *text, size_t room)
{
    if (seconds < 100) {
        snprintf(text, room, "about %.0f s left", seconds);
    } else {
        snprintf(text, room, "about %s left", figure_duration(seconds).text);
    }
}

void progress_format(const struct progress *progress, double elapsed_s,
                     char *line, size_t room)
{
    char bar[BAR + 1], left[64] = "", whole[512];
    double share = share_done(progress);
    draw_bar(share, bar);
    if (elapsed_s >= 1 && share >= 0.05) {
        tell_left(ceil(elapsed_s * (1 - share) / share), left, sizeof(left));
    }
    snprintf(whole, sizeof(whole), "[%s] %zu/%zu  %s%s%s", bar,
             progress->items_done, progress->items, progress->current,
             left[0] != '\0' && progress->current[0] != '\0' ? ", " : "", left);
    size_t width = room / 4 < progress->columns ? room / 4 : progress->columns;
    text_cut(whole, width - 1, line, room);
}

void progress_draw(const struct progress *progress)
{
    char line[1024];
    if (progress->out == NULL) {
        return;
    }
    progress_format(progress, clock_wall_s() - progress->begin_s, line,
                    sizeof(line));
    fprintf(progress->out, "\r\033[K%s", line);
    fflush(progress->out);
}

void progress_erase(const struct progress *progress)
{
    if (progress->out != NULL) {
        fputs("\r\033[K", progress->out);
        fflush(progress->out);
    }
}
