/*
 * order.c -- see order.h.
 */
#include "driver/perturb/order.h"

#include <stdlib.h>
#include <string.h>

enum { ONE_IN = 4, LONGEST = 64 };

int order_rotate(struct step *steps, size_t n, size_t first)
{
    struct step *head = calloc(first + 1, sizeof *head);
    if (head == NULL) {
        return -1;
    }
    memcpy(head, steps, first * sizeof *head);
    memmove(steps, steps + first, (n - first) * sizeof *head);
    memcpy(steps + n - first, head, first * sizeof *head);
    free(head);
    return 0;
}

/* Puts off the first of n steps; live: bytes before it.  Returns how far. */
static size_t delay(struct step *steps, size_t n, wide live, wide most)
{
    struct step first = steps[0];
    size_t i = 0;
    for (; i + 1 < n && steps[i + 1].op.id != first.op.id; i++) {
        live += step_gain(&steps[i + 1]);
        live -= steps[i + 1].lost_bytes;
        if (live > most) {
            break;
        }
        steps[i] = steps[i + 1];
    }
    steps[i] = first;
    return i;
}

size_t order_delay(struct step *steps, size_t n, wide most_bytes,
                   struct prng *prng)
{
    wide live = 0;
    size_t delayed = 0;
    for (size_t i = 0; i < n; i++) {
        if (prng_below(prng, ONE_IN) == 0) {
            size_t reach = 1 + prng_between(prng, 1, LONGEST);
            reach = reach < n - i ? reach : n - i;
            delayed += delay(steps + i, reach, live, most_bytes) > 0;
        }
        live += step_gain(&steps[i]);
        live -= steps[i].lost_bytes;
    }
    return delayed;
}
