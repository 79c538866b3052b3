/* A program that knows the installed headers and libpintop.a only, as C and as C++: it reads a
 * configuration, opens nothing, and prints what tests/lint expects. */
#include <stdio.h>
#include <string.h>

#include "pintop/attach.h"
#include "pintop/audit.h"
#include "pintop/auth.h"
#include "pintop/command.h"
#include "pintop/config.h"
#include "pintop/connector.h"
#include "pintop/context.h"
#include "pintop/doctor.h"
#include "pintop/draft.h"
#include "pintop/engine.h"
#include "pintop/error.h"
#include "pintop/event.h"
#include "pintop/incident.h"
#include "pintop/link.h"
#include "pintop/metrics.h"
#include "pintop/preview.h"
#include "pintop/record.h"
#include "pintop/report.h"
#include "pintop/series.h"
#include "pintop/serving.h"
#include "pintop/snapshot.h"
#include "pintop/stream.h"
#include "pintop/teardown.h"
#include "pintop/units.h"
#include "pintop/view.h"

/* A name that the library uses inside: the program's own is another one. */
int json_parse(void);
int json_parse(void)
{
    return 7;
}

int main(void)
{
    struct pt_config_args args;
    struct pt_config *cfg = NULL;
    struct pt_error err;
    memset(&args, 0, sizeof args);
    memset(&err, 0, sizeof err);
    if (pt_config_load(&args, &cfg, &err) != PT_OK) {
        printf("%s: %s\n", pt_code_word(err.code), err.what);
        return 1;
    }
    pt_config_free(cfg);
    printf("pintop %s: %s\n", PINTOP_VERSION, json_parse() == 7 ? pt_code_word(PT_OK) : "clash");
    return 0;
}
