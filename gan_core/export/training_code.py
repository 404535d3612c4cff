"""How a run trains, as a program: random numbers, turns of the players, and the loop."""

from __future__ import annotations

from collections.abc import Sequence

from gan_core.config import N_FOR_STATISTICS, OPTIMIZERS, RunConfig
from gan_core.export.excerpt import Excerpt, excerpt
from gan_core.runs.frame import pictures_per_row
from gan_core.training.records import RECORD_FIELDS


def batches_code(config: RunConfig) -> str:
    """Functions that draw what a step looks at."""
    streams = "REAL, NOISE, FIXED_NOISE = range(3)"
    if config.items.penalty.formula or config.instance_noise or config.augmentation:
        streams = "REAL, NOISE, FIXED_NOISE, REAL_SHOWN, FAKE_SHOWN, PENALTY = range(6)"
    if config.n_read:
        streams = "REAL, NOISE, FIXED_NOISE, REAL_SHOWN, FAKE_SHOWN, PENALTY, KINDS = range(7)"
    real, told = _shown(config, "tf.gather(x_data, rows)", "REAL_SHOWN"), ""
    if config.conditional:
        real, told = f"{real}, tf.gather(class_data, rows)", " with their classes"
    return f'''\
{streams}


def random_seed(stream, step, turn=0):
    """Two numbers that no other stream, step or turn has."""
    return tf.stack([16 * SEED + stream, 20 * step + turn])


{_noise_code(config)}

def real_batch(step, turn=0):
    """Real samples (batch, *shape){told}, drawn with replacement."""
    seed = random_seed(REAL, step, turn)
    rows = tf.random.stateless_uniform([BATCH_SIZE], seed, maxval=len(x_data), dtype=tf.int32)
    return {real}


{_fake_batch_code(config)}{_shown_code(config)}'''


def _fake_batch_code(config: RunConfig) -> str:
    """The function that has G make a batch; with its noise, where D is to read a code."""
    told, kinds = _classes(config), ""
    if config.n_read and config.n_told:
        told = ", kinds"
        kinds = """\
    seed = random_seed(KINDS, step, turn)
    kinds = tf.random.stateless_uniform([BATCH_SIZE], seed, 0, N_KINDS, tf.int32)
    kinds = tf.one_hot(kinds, N_KINDS)
"""
    z_too, z = ("z, and generated", "z, ") if config.n_read else ("Generated", "")
    return f'''\
def fake_batch(step{_classes(config)}, turn=0):
    """{z_too} samples (batch, *shape); with training=True, batch norm looks at this batch."""
{kinds}    z = noise(BATCH_SIZE, random_seed(NOISE, step, turn){told})
    return {z}{_shown(config, "generator(z, training=True)", "FAKE_SHOWN")}
'''


def _noise_code(config: RunConfig) -> str:
    """The function that draws the noise, with classes behind it where G is told of them."""
    draw = (
        "tf.random.stateless_uniform([n, LATENT_DIM], seed, -1.0, 1.0)"
        if config.noise == "uniform"
        else "tf.random.stateless_normal([n, LATENT_DIM], seed)"
    )
    if not config.n_told:
        return f'''\
def noise(n, seed):
    """What the generator turns into samples: z (n, LATENT_DIM)."""
    return {draw}
'''
    told, n_told = _told(config)
    return f'''\
def noise(n, seed, {told}):
    """What the generator turns into samples: random numbers, and {told} (n, {n_told}) behind."""
    z = {draw}
    return tf.concat([z, {told}], axis=1)  # (n, LATENT_DIM + {n_told})
'''


def _told(config: RunConfig) -> tuple[str, str]:
    """What stands behind the noise, and how many of it there are, as the program names them."""
    return ("classes", "N_CLASSES") if config.conditional else ("kinds", "N_KINDS")


def augmentation_code() -> Excerpt:
    """The function `augmented` that changes pictures before D sees them."""
    return excerpt("gan_core.training.augmentation", ["augmented"])


def _shown(config: RunConfig, samples: str, stream: str) -> str:
    if config.instance_noise or config.augmentation:
        return f"shown({samples}, random_seed({stream}, step, turn))"
    return f"packed({samples})" if config.packing > 1 else samples


def _shown_code(config: RunConfig) -> str:
    """How samples come before D: changed, blurred, and in packs."""
    code, changes = "", ""
    if config.augmentation:
        changes += "    x = augmented(x, seed)\n"
    if config.instance_noise:
        changes += """\
    # Noise makes real and fake overlap, arXiv:1610.04490.
    x += INSTANCE_NOISE * tf.random.stateless_normal(x.shape, seed)
"""
    if changes:
        result = "packed(x)" if config.packing > 1 else "x"
        code += f'''

def shown(x, seed):
    """Samples (batch, *shape) as D sees them."""
{changes}\
    return {result}
'''
    if config.packing > 1:
        code += f'''

def packed(x):
    """Samples in packs along the last axis: D judges a pack at once (arXiv:1712.04086)."""
{_packs(config.items.dataset.shape)}'''
    return code


def _packs(shape: tuple[int, ...]) -> str:
    """Statements of `packed` for samples of this shape."""
    if len(shape) == 1:
        return f"    return tf.reshape(x, [-1, PACKING * {shape[0]}])\n"
    height, width, channels = shape
    packed = f"PACKING * {channels}" if channels > 1 else "PACKING"
    return f"""\
    packs = tf.reshape(x, [-1, PACKING, {height}, {width}, {channels}])
    packs = tf.transpose(packs, [0, 2, 3, 1, 4])
    return tf.reshape(packs, [-1, {height}, {width}, {packed}])
"""


def optimizers_code(config: RunConfig) -> str:
    """Statements that make the two optimisers."""
    average = ["use_ema=True", "ema_momentum=EMA_DECAY"] if config.ema_decay else []
    return (
        f"d_optimizer = {_optimizer(config.d_optimizer, 'D_LEARNING_RATE', [])}\n"
        f"g_optimizer = {_optimizer(config.g_optimizer, 'G_LEARNING_RATE', average)}\n"
        "d_optimizer.build(discriminator.trainable_variables)\n"
        "g_optimizer.build(generator.trainable_variables)\n"
    )


def _optimizer(name: str, learning_rate: str, more: Sequence[str]) -> str:
    memory = "beta_1=BETA_1" if name == "adam" else "momentum=BETA_1"
    options = ", ".join([learning_rate, memory, *more])
    options = f"\n    {options}\n" if more else options
    return f"keras.optimizers.{OPTIMIZERS[name]}({options})"


def turns_code(config: RunConfig) -> str:
    """Functions of one turn of each player."""
    classes, more = _classes(config), _more(config)
    is_penalised = bool(config.items.penalty.formula)
    seed = ", seed" if is_penalised else ""
    unread = "CODE_WEIGHT * unread(z, answer)" if config.n_read else ""
    d_moves = "d_optimizer.apply(tape.gradient(total, weights), weights)"
    if is_penalised:
        d_moves = (
            "gradients = tape.gradient(total, weights)\n"
            "    # Every bias waits for the penalty, which reads it but has no gradient for it.\n"
            "    with tf.control_dependencies([total]):\n"
            "        d_optimizer.apply(gradients, weights)"
        )
    clip = ""
    if config.weight_clip:
        clip = (
            "    for weight in weights:\n"
            "        weight.assign(tf.clip_by_value(weight, -WEIGHT_CLIP, WEIGHT_CLIP))\n"
        )
    penalty = f"PENALTY_WEIGHT * penalty(x_real, x_fake{classes}, seed)" if is_penalised else ""
    on_top = " + ".join(filter(None, [penalty, unread]))
    d_total = f"d_penalty = {on_top or '0.0'}\n        total = d_loss"
    d_total += " + d_penalty" if on_top else ""
    g_sum = f"        total = g_loss + {unread}\n" if unread else ""
    g_total = "total" if unread else "g_loss"
    judged = f"real_logits, fake_logits = judge(x_real{classes}), judge(x_fake{classes})"
    if config.n_read:
        judged = """\
real_logits = judge(x_real)
        answer = discriminator(x_fake, training=True)  # its logit, then what it reads
        fake_logits = answer[:, 0]"""
    return f'''\
{_judge_code(config)}

def discriminator_learns(x_real, x_fake{more}{seed}):
    """One step of D; x_fake was made outside of this tape, which needs no gradient of G."""
    with tf.GradientTape() as tape:
        {judged}
        d_loss = discriminator_loss(real_logits, fake_logits)
        {d_total}
    weights = discriminator.trainable_variables
    {d_moves}
{clip}\
    return d_loss, decision(real_logits), decision(fake_logits), d_penalty


def generator_learns(tape, x_real, x_fake{more}):
    """One step of G, whose batch the tape has watched being made; D stays as it is."""
    with tape:
        # Most losses of G ask for the fakes only; D sees both all the same, as in training.
        {judged}
        g_loss = generator_loss(real_logits, fake_logits)
{g_sum}\
    weights = generator.trainable_variables
    g_optimizer.apply(tape.gradient({g_total}, weights), weights)
    return g_loss
'''


def _judge_code(config: RunConfig) -> str:
    """The function that asks D, which may be told of classes."""
    if not config.conditional:
        return '''\
def judge(x):
    """The discriminator's logits (batch,) for samples (batch, *shape): high means real."""
    return discriminator(x, training=True)[:, 0]
'''
    return '''\
def judge(x, classes):
    """The discriminator's logits (batch,) for samples of these classes: high means real."""
    logits = discriminator(x, training=True)  # (batch, 1 + N_CLASSES)
    return logits[:, 0] + tf.reduce_sum(classes * logits[:, 1:], axis=1)
'''


def step_code(config: RunConfig, *, xla: bool) -> str:
    """Function of one step: D's turns, then G's."""
    classes, more = _classes(config), _more(config)
    made = "z, x_fake" if config.n_read else "x_fake"
    turn = ", turn" if config.d_steps > 1 else ""
    compiled = "@tf.function(jit_compile=True)" if xla else "@tf.function"
    record = ", ".join(RECORD_FIELDS)
    head = f'''\
{compiled}
def train_step(step):
    """One step of the game; returns what is written down of it, (5,)."""
'''
    tail = f"    return tf.stack([{record}])\n"
    seed, penalised = "", ""
    if config.items.penalty.formula:
        seed, penalised = f"seed = random_seed(PENALTY, step{turn})\n", ", seed"
    learns = f"discriminator_learns(x_real, x_fake{more}{penalised})"
    d_turn = f"""\
x_real{classes} = real_batch(step{turn})
with tf.GradientTape() as g_tape:
    {made} = fake_batch(step{classes}{turn})
{seed}d_loss, d_real, d_fake, d_penalty = {learns}
"""
    g_turn = f"g_loss = generator_learns(g_tape, x_real, x_fake{more})\n"
    if config.d_steps > 1:
        d_turn = f"for turn in range(D_STEPS):\n{_indented(d_turn)}"
    if config.g_steps > 1:
        again = f"""\
if turn > 0:  # the first time, D's last batch serves once more
    with tf.GradientTape() as g_tape:
        {made} = fake_batch(step{classes}, D_STEPS + turn - 1)
"""
        g_turn = f"for turn in range(G_STEPS):\n{_indented(again + g_turn)}"
    return head + _indented(d_turn + g_turn) + tail


def _classes(config: RunConfig) -> str:
    """A further argument of functions where the players are told of classes."""
    return ", classes" if config.conditional else ""


def _more(config: RunConfig) -> str:
    """A further argument of the turns: classes, or the noise that holds what D is to read."""
    return ", z" if config.n_read else _classes(config)


# Share of the learning rates that is left when a share of all steps is done, and what that means.
_SCHEDULES = {
    "linear": ("1.0 - done", "both rates fall evenly, towards 0"),
    "cosine": ("0.5 * (1.0 + tf.cos(np.pi * done))", "both fall towards 0, arXiv:1608.03983"),
}


def loop_code(
    config: RunConfig,
    first_losses: list[list[float]],
    rates: dict[int, tuple[float, float]],
    lengths: dict[int, int],
) -> str:
    """The loop over all steps.

    `rates` are learning rates (D, G) that changed after some steps, `lengths` their schedule's.
    """
    stretched = lengths if config.rate_schedule in _SCHEDULES else {}
    return f"""\
{_rates_table(config, rates)}{_lengths_table(config, stretched)}\
records = np.zeros((STEPS, {len(RECORD_FIELDS)}), np.float32)
for step in range(STEPS):
{_rates_of_a_step(config, rates, stretched)}\
    records[step] = train_step(tf.constant(step))
    if step % max(1, STEPS // 20) == 0 or step == STEPS - 1:
        d_loss, g_loss, d_real, d_fake, _ = records[step]
        print(
            f"step {{step + 1:,}}: D's loss {{d_loss:.4f}}, G's loss {{g_loss:.4f}}, "
            f"D(x) {{d_real:.3f}}, D(G(z)) {{d_fake:.3f}}"
        )
    if not np.isfinite(records[step]).all():
        print("The losses are no longer numbers: the game has diverged.")
        records = records[:step]
        break
{_comparison(first_losses)}"""


def _rates_table(config: RunConfig, rates: dict[int, tuple[float, float]]) -> str:
    """Statements before the loop, where learning rates changed."""
    if not rates:
        return ""
    entries = "".join(f"    {step}: {pair},\n" for step, pair in rates.items())
    now = "d_rate, g_rate = D_LEARNING_RATE, G_LEARNING_RATE\n"
    return f"""\
# Learning rates of D and G that were changed while the run trained, by steps taken.
RATES = {{
{entries}}}
{now if config.rate_schedule in _SCHEDULES else ""}
"""


def _lengths_table(config: RunConfig, lengths: dict[int, int]) -> str:
    """Statements before the loop, where a run took other steps than planned at first."""
    if not lengths:
        return ""
    return f"""\
# The schedule is spread over the steps planned: how many, by steps taken.
LENGTHS = {lengths}
length = {config.steps}

"""


def _rates_of_a_step(
    config: RunConfig, rates: dict[int, tuple[float, float]], lengths: dict[int, int]
) -> str:
    """Statements that set both learning rates before a step, where they are not constant."""
    d_rate, g_rate = "d_optimizer.learning_rate", "g_optimizer.learning_rate"
    scheduled = ""
    if config.rate_schedule in _SCHEDULES:
        left, says = _SCHEDULES[config.rate_schedule]
        base = ("d_rate", "g_rate") if rates else ("D_LEARNING_RATE", "G_LEARNING_RATE")
        longer = "    length = LENGTHS.get(step, length)\n" if lengths else ""
        scheduled = f"""\
{longer}    done = tf.constant(step / {"length" if lengths else "STEPS"})
    left = {left}  # {says}
    {d_rate} = {base[0]} * left
    {g_rate} = {base[1]} * left
"""
        d_rate, g_rate = base
    changed = f"    if step in RATES:\n        {d_rate}, {g_rate} = RATES[step]\n" if rates else ""
    return changed + scheduled


def _comparison(first_losses: list[list[float]]) -> str:
    if not first_losses:
        return ""
    rows = "".join(f"    {row},\n" for row in first_losses)
    return f"""
# The first losses of D and G in the original run.
ORIGINAL = np.array([
{rows}], np.float32)
compared = min(len(ORIGINAL), len(records))
difference = np.abs(records[:compared, :2] - ORIGINAL[:compared]).max(initial=0.0)
print(f"The first {{compared}} losses differ from the original's by at most {{difference:.2g}}.")
"""


def results_code(config: RunConfig, *, batch_norm: bool) -> str:
    """What the program leaves behind: losses, samples, and G, which may have batch norm."""
    columns = ",".join(["step", *RECORD_FIELDS])
    per_row = pictures_per_row(config.n_told)
    n = per_row**2
    average = ""
    if config.ema_decay:
        average = """\
# Samples come from the running average of G's weights, which the optimiser has kept.
g_optimizer.finalize_variable_values(generator.trainable_variables)

"""
    if config.ema_decay and batch_norm:
        average += f"""\
# Batch norm's moving averages belong to other weights: the statistics of a batch replace them.
for layer in generator.layers:
    if isinstance(layer, layers.BatchNormalization):
        layer.momentum = 0.0
{_fixed_noise(config, N_FOR_STATISTICS)}\
generator(z, training=True)

"""
    return f"""\
{average}np.savetxt(
    "losses.csv",
    np.column_stack([np.arange(1, len(records) + 1), records]),
    fmt=["%d"] + {len(RECORD_FIELDS)} * ["%.9g"],
    delimiter=",",
    header="{columns}",
    comments="",
)

{_fixed_noise(config, n)}\
x_fake = generator(z, training=False).numpy()  # batch norm now takes its moving averages
{_picture(per_row) if config.items.dataset.is_image else _POINTS}
generator.save("generator.keras")
"""


def _fixed_noise(config: RunConfig, n: int) -> str:
    """Statements that draw noise for `n` samples, where classes or kinds take turns."""
    seed = "random_seed(FIXED_NOISE, 0)"
    if not config.n_told:
        return f"z = noise({n}, {seed})\n"
    told, n_told = _told(config)
    return f"""\
{told} = tf.one_hot(tf.range({n}) % {n_told}, {n_told})  # they take turns
z = noise({n}, {seed}, {told})
"""


def _picture(per_row: int) -> str:
    """Statements that lay out pictures in rows, in which what G is told takes whole turns."""
    return f"""\
pixels = np.rint(np.clip((x_fake + 1) * 127.5, 0, 255)).astype(np.uint8)
n, height, width, channels = pixels.shape
rows = pixels.reshape(-1, {per_row}, height, width, channels).swapaxes(1, 2)
grid = rows.reshape(-1, {per_row} * width, channels)
tf.io.write_file("samples.png", tf.io.encode_png(grid))
"""


_POINTS = """\
np.savetxt("samples.csv", x_fake, fmt="%.6f", delimiter=",", header="x,y", comments="")
"""


def _indented(code: str) -> str:
    return "".join(f"    {line}\n" for line in code.splitlines())
