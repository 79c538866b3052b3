/* `pintop doctor`: in this version the policies; the checks are a later one's. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/print.h"
#include "pintop/auth.h"

struct doctor_args {
    const char *policy; /* NULL: not asked for */
};

static const struct cli_option options[] = {
    {"policy", 0, "USE", "the smallest IAM policy for a use: watch, operate or setup"},
    {NULL,     0, NULL,  NULL                                                        },
};

static pt_code take(struct cli *cli, void *args, const char *option, const char *value,
                    struct pt_error *err)
{
    (void)cli, (void)option, (void)err;
    ((struct doctor_args *)args)->policy = value;
    return PT_OK;
}

static pt_code ready(struct cli *cli, void *args, struct pt_error *err)
{
    const struct doctor_args *a = args;
    if (a->policy == NULL) {
        return pt_error_set(err, PT_EUSAGE, "`pintop doctor --policy watch` prints a policy.",
                            "doctor: its checks are not in this version yet");
    }
    return cli_check_words(cli, 0, "doctor", err);
}

static int run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    const struct doctor_args *a = args;
    struct pt_error err;
    char *json;
    (void)cli;
    if (pt_policy(cfg, a->policy, &json, &err) != PT_OK) {
        return print_err(&err);
    }
    puts(json);
    free(json);
    return 0;
}

const struct cli_command command_doctor = {
    .name = "doctor",
    .synopsis = "--policy watch|operate|setup",
    .does = "the smallest IAM policy for a use",
    .args_bytes = sizeof(struct doctor_args),
    .options = options,
    .take = take,
    .ready = ready,
    .run = run,
};
