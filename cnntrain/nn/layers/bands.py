"""How high convolution makes its products: several output rows at once where filters are few."""

FORWARD_HEIGHT, DW_HEIGHT = 12, 16  # rows of a product


def rows_at_once(filters: int, out_rows: int, height: int) -> int:
    """Return how many output rows are one product: T, which divides the number of rows.

    Products that are less than `height` rows high leave a part of a processor's multipliers idle;
    higher ones multiply more of the band's zeros. Measured with T = 1, 2, 4, in µs; bold: T chosen.

    ==============  ===================  ===================
    tutorial's      AVX2                 AVX-512
    ==============  ===================  ===================
    conv1 forward   74 · **62** · 72     25 · **25** · 33
    conv2 forward   **65** · 70 · 87     **28** · 40 · 50
    conv1 dW        138 · 99 · **80**    34 · 30 · **39**
    conv2 dW        86 · **71** · 87     78 · **56** · 54
    ==============  ===================  ===================
    """
    fitting = [t for t in (1, 2, 4) if out_rows % t == 0]
    high_enough = [t for t in fitting if t * filters >= height]
    return high_enough[0] if high_enough else fitting[-1]
