/* The server, as an engine is given it. */
#include "attach/hello.h"
#include "attach/server.h"
#include "pintop/attach.h"

static pt_code serving_start(const struct pt_serving_host *host, void **server,
                             struct pt_error *err)
{
    struct attach_server *made = NULL;
    pt_code code = attach_server_start(host->state_dir, hello_make(host->cfg, host->has_connectors),
                                       host, &made, err);
    *server = made;
    return code;
}

static void serving_stop(void *server, const char *why)
{
    attach_server_stop(server, why);
}

const struct pt_serving pt_serving_socket = {.start = serving_start, .stop = serving_stop};
