/*
 * first_fit.c -- placing blocks one after another in any order.
 */
#include "driver/offline/first_fit.h"

#include <stdlib.h>
#include <string.h>

int first_fit_open(struct first_fit *fit, const struct rectangles *rectangles)
{
    fit->rectangles = rectangles;
    fit->n_placed = 0;
    fit->placed = malloc(((size_t)rectangles->n + 1) * sizeof *fit->placed);
    return fit->placed != NULL ? 0 : -1;
}

void first_fit_close(struct first_fit *fit)
{
    free(fit->placed);
    fit->placed = NULL;
}

void first_fit_clear(struct first_fit *fit)
{
    fit->n_placed = 0;
}

static uint64_t lowest(const struct first_fit *fit,
                       const struct rectangle *rectangle)
{
    uint64_t mask = rectangle->align_units - 1;
    uint64_t address = 0;
    for (uint32_t i = 0; i < fit->n_placed; i++) {
        const struct first_fit_entry *it = &fit->placed[i];
        if (it->death <= rectangle->birth || it->birth >= rectangle->death) {
            continue;
        }
        if (it->start >= address + rectangle->units) {
            break;
        }
        if (it->end > address) {
            address = (it->end + mask) & ~mask;
        }
    }
    return address;
}

/* Where an entry with that start belongs. */
static uint32_t place_of(const struct first_fit *fit, uint64_t start)
{
    uint32_t low = 0;
    uint32_t high = fit->n_placed;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (fit->placed[middle].start < start) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

uint64_t first_fit_add(struct first_fit *fit, uint32_t it)
{
    const struct rectangle *rectangle = &fit->rectangles->items[it];
    uint64_t address = lowest(fit, rectangle);
    uint32_t at = place_of(fit, address);
    struct first_fit_entry *entry = &fit->placed[at];
    memmove(entry + 1, entry, (fit->n_placed - at) * sizeof *entry);
    *entry = (struct first_fit_entry){
        .start = address,
        .end = address + rectangle->units,
        .birth = rectangle->birth,
        .death = rectangle->death,
    };
    fit->n_placed++;
    return address;
}
