/* Answers to what the pages ask the engine for. */
#ifndef SCREENS_FIXTURE_ANSWERS_H
#define SCREENS_FIXTURE_ANSWERS_H

#include "pintop/command.h"
#include "pintop/snapshot.h"

/* Answers to what the details of a topic ask for: its description is command 1, its records are
 * command 2, its consumer groups are command 3. */
static inline void fixture_answers(struct pt_completed_section *completed,
                                   const struct pt_result *described,
                                   const struct pt_result *peeked, const struct pt_result *grouped)
{
    static struct pt_result describe, peek, groups;
    describe = *described;
    peek = *peeked;
    groups = *grouped;
    describe.id = 1;
    describe.kind = PT_CMD_TOPIC_DESCRIBE;
    peek.id = 2;
    peek.kind = PT_CMD_TOPIC_PEEK;
    groups.id = 3;
    groups.kind = PT_CMD_TOPIC_GROUPS;
    describe.state = peek.state = groups.state = PT_RESULT_DONE;
    completed->n_results = 3;
    completed->results[0] = &describe;
    completed->results[1] = &peek;
    completed->results[2] = &groups;
}

#endif
