/* What runs on a GPU: the source of Sources/CUDA/Generated/Kernels.swift.
 *
 * CUDA C and plain C at once: script/generate kernels compiles it to PTX, and the double of the
 * driver (Tests/Doubles/cuda) compiles it for the CPU and runs it thread by thread. So it is kept to
 * what both have: no shared memory and no barrier.
 */
#if defined(__CUDACC__)
#define KERNEL extern "C" __global__ void
#else
#define KERNEL static void
#endif

enum { ORBAN_TILE = 4 }; /* each thread makes so many rows of so many columns */
enum { ORBAN_CHAINS = 8, ORBAN_STEPS = 8 };

/* c = a × b over whole numbers: a is m × k, b is k × n, c is m × n, all row by row. Exact while
 * k < 2^17, for no product is above 2^14. A thread's columns lie blockDim.x apart, so that
 * neighbours read neighbours; at the edges it reads an element twice and writes it once. */
KERNEL orban_gemm_int8(const signed char *a, const signed char *b, int *c, unsigned int m,
                       unsigned int n, unsigned int k) {
    unsigned int row = (blockIdx.y * blockDim.y + threadIdx.y) * ORBAN_TILE;
    unsigned int column = blockIdx.x * blockDim.x * ORBAN_TILE + threadIdx.x;
    unsigned int width = blockDim.x;
    const signed char *rows[ORBAN_TILE];
    const signed char *columns[ORBAN_TILE];
    int sums[ORBAN_TILE][ORBAN_TILE];

    for (int i = 0; i < ORBAN_TILE; i++) {
        unsigned int y = row + i, x = column + i * width;
        rows[i] = a + (unsigned long long)(y < m ? y : m - 1) * k;
        columns[i] = b + (x < n ? x : n - 1);
        for (int j = 0; j < ORBAN_TILE; j++) sums[i][j] = 0;
    }
    for (unsigned int step = 0; step < k; step++) {
        int left[ORBAN_TILE], right[ORBAN_TILE];
        for (int i = 0; i < ORBAN_TILE; i++) {
            left[i] = rows[i][step];
            right[i] = columns[i][(unsigned long long)step * n];
        }
        for (int i = 0; i < ORBAN_TILE; i++)
            for (int j = 0; j < ORBAN_TILE; j++) sums[i][j] += left[i] * right[j];
    }
    for (int i = 0; i < ORBAN_TILE; i++)
        for (int j = 0; j < ORBAN_TILE; j++) {
            unsigned int y = row + i, x = column + j * width;
            if (y < m && x < n) c[(unsigned long long)y * n + x] = sums[i][j];
        }
}

/* Adds to *found how many of the words are not `wanted`. */
KERNEL orban_count_others(const unsigned int *words, unsigned long long count,
                          unsigned int wanted, unsigned long long *found) {
    unsigned long long others = 0, stride = (unsigned long long)gridDim.x * blockDim.x;
    unsigned long long at = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x;
    for (; at < count; at += stride) others += words[at] != wanted;
    if (others) atomicAdd(found, others);
}

/* Multiplies and adds, in registers alone: each thread has ORBAN_CHAINS sums that do not wait for one
 * another, each step of each is one fused multiply-add. With factor 1 every sum is `rounds` times
 * `term`, exactly while that is below 2^24 terms: whoever skips work is found out. Writes the total
 * of each thread. */
KERNEL orban_speed(float *totals, float factor, float term, unsigned int rounds) {
    unsigned int thread = blockIdx.x * blockDim.x + threadIdx.x;
    float sums[ORBAN_CHAINS], total = 0;

    for (int i = 0; i < ORBAN_CHAINS; i++) sums[i] = 0;
    for (unsigned int round = 0; round < rounds; round += ORBAN_STEPS)
        for (int step = 0; step < ORBAN_STEPS; step++)
            for (int i = 0; i < ORBAN_CHAINS; i++) sums[i] = sums[i] * factor + term;
    for (int i = 0; i < ORBAN_CHAINS; i++) total += sums[i];
    totals[thread] = total;
}

/* Writes where the caller says; nothing is there, and the context dies. */
KERNEL orban_fault(unsigned int *nowhere) {
    *(volatile unsigned int *)nowhere = 1;
}
