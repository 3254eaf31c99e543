/* The package manager wants a source in a C target; this one has declarations only. */
#include "ccuda.h"
