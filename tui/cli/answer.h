/* Prints the answers of the engine's commands. */
#ifndef CLI_ANSWER_H
#define CLI_ANSWER_H

#include <stdbool.h>
#include <stdio.h>

#include <cjson/cJSON.h>

#include "pintop/command.h"
#include "pintop/snapshot.h"

struct answer {
    const struct pt_command_info *info; /* the command's row */
    const struct pt_result *result;
    const struct pt_snapshot *known; /* the snapshot from before the request */
    bool is_plan;
};

/* Prints the answer on standard output. Errors as print_json. */
pt_code answer_print(const struct answer *answer, bool is_json, struct pt_error *err);
/* The caller deletes the result; NULL when out of memory. */
cJSON *answer_json(const struct pt_command_info *info, const struct pt_result *result);

/* Prints the steps of a write probe as text. */
void answer_print_steps(const struct pt_result *result, FILE *out);
/* The lines of a result, and a connector's settings if it has them. Ownership as in answer_json. */
cJSON *answer_lines_json(const struct pt_result *result);

#endif
