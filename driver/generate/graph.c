/*
 * graph.c -- a tree of small objects that is built and pruned.
 *
 * Nodes hang under any node that is there; when there are enough, whole
 * subtrees die, deepest first, as destructors do it: in an order that has
 * little to do with that of birth.  A node's number of children, and so its
 * share of what dies, is as uneven as that of a random recursive tree (Na and
 * Rapoport 1970).
 *
 *     nodes  | block, parent, child, next | ...   children are a linked list
 *     order  | 4 | 0 | 7 | ...                    the places of live nodes
 */
#include <stdlib.h>

#include "driver/generate/families.h"

enum { SMALL, LARGE, LIVE };

#define NO_NODE UINT32_MAX

struct node {
    struct block block;
    uint32_t parent;
    uint32_t child; /* the youngest */
    uint32_t next;  /* older sibling */
    uint32_t place; /* in order */
};

/* order holds the live nodes first, then the free ones. */
struct graph {
    struct node *nodes;
    uint32_t *order;
    uint32_t n;
};

static uint64_t value(const struct generator *g, int which)
{
    return g->params->values[which];
}

static int begin_graph(struct generator *g, struct generate_error *error)
{
    struct graph *state = g->state;
    uint64_t most = value(g, LIVE);
    state->nodes = calloc(most, sizeof *state->nodes);
    state->order = calloc(most, sizeof *state->order);
    if (state->nodes == NULL || state->order == NULL) {
        return generate_fail_memory(error, most);
    }
    for (uint32_t i = 0; i < most; i++) {
        state->order[i] = i;
        state->nodes[i].place = i;
    }
    return 0;
}

static void add_node(struct generator *g, struct graph *state)
{
    uint32_t parent =
        state->n == 0 ? NO_NODE : state->order[draw_below(g, state->n)];
    uint32_t at = state->order[state->n++];
    struct node *node = &state->nodes[at];
    node->block =
        new_block(g, draw_between(g, value(g, SMALL), value(g, LARGE)));
    node->parent = parent;
    node->child = NO_NODE;
    node->next = NO_NODE;
    if (parent != NO_NODE) {
        node->next = state->nodes[parent].child;
        state->nodes[parent].child = at;
    }
}

/* Its place goes to the last of the live ones. */
static void remove_node(struct generator *g, struct graph *state, uint32_t at)
{
    struct node *node = &state->nodes[at];
    uint32_t last = state->order[--state->n];
    state->order[node->place] = last;
    state->nodes[last].place = node->place;
    state->order[state->n] = at;
    node->place = state->n;
    free_block(g, node->block);
}

static void unlink_node(struct graph *state, uint32_t at)
{
    const struct node *node = &state->nodes[at];
    if (node->parent == NO_NODE) {
        return;
    }
    uint32_t *link = &state->nodes[node->parent].child;
    while (*link != at) {
        link = &state->nodes[*link].next;
    }
    *link = node->next;
}

/* Children before parents; the way back is in the nodes, not on a stack. */
static void remove_tree(struct generator *g, struct graph *state, uint32_t top)
{
    uint32_t at = top;
    unlink_node(state, top);
    for (;;) {
        while (state->nodes[at].child != NO_NODE) {
            at = state->nodes[at].child;
        }
        uint32_t parent = state->nodes[at].parent;
        uint32_t next = state->nodes[at].next;
        remove_node(g, state, at);
        if (at == top) {
            return;
        }
        state->nodes[parent].child = next;
        at = parent;
    }
}

static void step_graph(struct generator *g)
{
    struct graph *state = g->state;
    if (state->n < value(g, LIVE)) {
        add_node(g, state);
    } else {
        remove_tree(g, state, state->order[draw_below(g, state->n)]);
    }
}

static void end_graph(struct generator *g)
{
    struct graph *state = g->state;
    while (state->nodes != NULL && state->order != NULL && state->n > 0) {
        uint32_t at = state->order[0];
        while (state->nodes[at].parent != NO_NODE) {
            at = state->nodes[at].parent;
        }
        remove_tree(g, state, at);
    }
    free(state->nodes);
    free(state->order);
}

const struct trace_family family_graph = {
    .name = "graph",
    .summary = "small objects in a tree, whole subtrees die",
    .ops = 20000,
    .seeded = true,
    .params = {PARAM_SMALL("least size", 16), PARAM_LARGE("largest size", 96),
               PARAM_LIVE("most nodes at once", 4000)},
    .state_bytes = sizeof(struct graph),
    .begin = begin_graph,
    .step = step_graph,
    .end = end_graph,
};
