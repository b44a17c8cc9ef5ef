/*
 * sweep.h -- many policies from one pattern, as a shell expands braces.
 *
 *   best-fit:split={16,64}            best-fit:split=16,best-fit:split=64
 *   {best,worst}-fit:{lifo,address}   the four of them
 *
 * Several braces of one item of the list multiply; the items of a list follow
 * each other.  Braces do not nest.
 */
#ifndef DRIVER_RUN_SWEEP_H
#define DRIVER_RUN_SWEEP_H

#include <stddef.h>

#define SWEEP_MOST 100 /* policies of one pattern */

/*
 * Expands a list of policies in which braces may stand to one without, for
 * subject_parse_list; the caller frees it.
 * Returns NULL with a sentence in message when braces do not match, or when
 * there are more than SWEEP_MOST policies.
 */
char *sweep_expand(const char *list, char *message, size_t room);

#endif
