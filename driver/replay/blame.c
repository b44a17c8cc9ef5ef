/*
 * blame.c -- tell a fault with its surroundings.
 *
 * Neighbours are found by one pass over all slots: faults are rare, and the
 * pass needs no order, no memory, and works for foreign subjects too.
 */
#include "driver/replay/blame.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Where the address lies in the heap's reservation, if it does. */
static bool heap_offset(const struct oracle *oracle, uint64_t address,
                        uint64_t *offset)
{
    const struct heap *heap = &oracle->session->heap;
    *offset = address - (uintptr_t)heap->base;
    return !oracle->foreign && *offset <= heap->reserved;
}

const char *blame_address(const struct oracle *oracle, const void *address,
                          char text[BLAME_ADDRESS_ROOM])
{
    uint64_t offset;
    if (heap_offset(oracle, (uintptr_t)address, &offset)) {
        snprintf(text, BLAME_ADDRESS_ROOM, "heap+0x%" PRIx64, offset);
    } else {
        snprintf(text, BLAME_ADDRESS_ROOM, "0x%" PRIxPTR, (uintptr_t)address);
    }
    return text;
}

/* A payload outside the heap has no place to be told, and does not exist. */
static struct fault_block describe(const struct oracle *oracle, uint32_t slot,
                                   const struct live_block *block)
{
    struct fault_block told = {
        .address = (uintptr_t)block->payload,
        .bytes = block->size,
        .op = block->op,
        .line = trace_line(oracle->trace, block->op),
        .id = slot,
        .exists = 1,
    };
    uint64_t offset;
    if (heap_offset(oracle, told.address, &offset)) {
        told.address = offset;
    } else {
        told.exists = oracle->foreign;
    }
    return told;
}

struct fault_block blame_slot(const struct oracle *oracle, uint32_t slot)
{
    return describe(oracle, slot, &oracle->blocks[slot]);
}

/* The live blocks next to an address, as slots; n_ids where there is none. */
struct neighbours {
    uint32_t before; /* starts at the address or below it */
    uint32_t after;  /* starts above it */
};

static struct neighbours neighbours_of(const struct oracle *oracle,
                                       uint64_t address, uint32_t except)
{
    uint32_t none = oracle->trace->n_ids;
    struct neighbours found = {none, none};
    const struct live_block *blocks = oracle->blocks;
    for (uint32_t slot = 0; slot < none; slot++) {
        const unsigned char *payload = blocks[slot].payload;
        if (payload == NULL || slot == except) {
            continue;
        }
        if ((uintptr_t)payload <= address) {
            if (found.before == none ||
                payload > blocks[found.before].payload) {
                found.before = slot;
            }
        } else if (found.after == none ||
                   payload < blocks[found.after].payload) {
            found.after = slot;
        }
    }
    return found;
}

static void tell_neighbours(struct oracle *oracle, uint64_t address,
                            uint32_t except)
{
    struct neighbours near = neighbours_of(oracle, address, except);
    struct fault *fault = &oracle->fault;
    memset(&fault->before, 0, sizeof fault->before);
    memset(&fault->after, 0, sizeof fault->after);
    if (near.before != oracle->trace->n_ids) {
        fault->before = blame_slot(oracle, near.before);
    }
    if (near.after != oracle->trace->n_ids) {
        fault->after = blame_slot(oracle, near.after);
    }
}

enum oracle_verdict blame_block(struct oracle *oracle, uint64_t op,
                                const struct fault_block *block)
{
    struct fault *fault = &oracle->fault;
    fault_locate(fault, oracle->trace, op, oracle->round);
    fault->block = *block;
    if (block->exists) {
        uint64_t base =
            oracle->foreign ? 0 : (uintptr_t)oracle->session->heap.base;
        tell_neighbours(oracle, block->address + base, block->id);
    }
    return ORACLE_FAULT;
}

enum oracle_verdict blame_new(struct oracle *oracle, uint64_t op,
                              const void *payload)
{
    const struct op *made_by = &oracle->trace->ops[op];
    struct live_block block = {
        .payload = (unsigned char *)(uintptr_t)payload,
        .size = made_by->size,
        .op = op,
    };
    struct fault_block told = describe(oracle, made_by->id, &block);
    return blame_block(oracle, op, &told);
}

enum oracle_verdict blame_live(struct oracle *oracle, uint64_t op,
                               uint32_t slot)
{
    struct fault_block told = blame_slot(oracle, slot);
    return blame_block(oracle, op, &told);
}

/* Distance of an address from a block: see oracle_nearest. */
static int64_t distance_to(const struct live_block *block, uint64_t address)
{
    uint64_t first = (uintptr_t)block->payload;
    uint64_t last = first + (block->usable != 0 ? block->usable - 1 : 0);
    if (address < first) {
        return -(int64_t)(first - address);
    }
    return address <= last ? 0 : (int64_t)(address - last);
}

bool oracle_nearest(const void *context, uint64_t address,
                    struct fault_block *block, int64_t *distance)
{
    const struct oracle *oracle = context;
    uint32_t none = oracle->trace->n_ids;
    struct neighbours near = neighbours_of(oracle, address, none);
    uint32_t slot = near.before;
    if (slot == none) {
        slot = near.after;
    } else if (near.after != none &&
               -distance_to(&oracle->blocks[near.after], address) <
                   distance_to(&oracle->blocks[slot], address)) {
        slot = near.after;
    }
    if (slot == none) {
        return false;
    }
    *block = blame_slot(oracle, slot);
    *distance = distance_to(&oracle->blocks[slot], address);
    return true;
}

enum oracle_verdict blame_at(struct oracle *oracle, uint64_t op,
                             const void *address)
{
    struct fault_block none = {0};
    blame_block(oracle, op, &none);
    if (address != NULL) {
        tell_neighbours(oracle, (uintptr_t)address, oracle->trace->n_ids);
    }
    return ORACLE_FAULT;
}
