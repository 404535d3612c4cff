"""What the course cites: every work once, with authors, year and where it can be read."""

from __future__ import annotations

from dataclasses import dataclass

from gan_core.text import N_

ARXIV = "https://arxiv.org/abs/"


@dataclass(frozen=True)
class Work:
    """A paper or a book. `arxiv` is its number there, or `url` where else it can be read.

    `purpose` says what it is worth reading for.
    `family` names the kind of generative model that it began or carried on, for the timeline, where
    it stands as `short`.
    """

    authors: str
    year: int
    title: str
    topic: str
    purpose: str
    arxiv: str = ""
    url: str = ""
    family: str = ""
    short: str = ""

    @property
    def link(self) -> str:
        """Where it can be read."""
        return ARXIV + self.arxiv if self.arxiv else self.url


TOPICS = {
    "start": N_("To begin with"),
    "gan": N_("GANs and their kin"),
    "training": N_("Losses, penalties and whether training settles"),
    "measures": N_("Measuring"),
    "others": N_("Other generative models"),
    "data": N_("Data"),
    "society": N_("Cost and abuse"),
}

FAMILIES = {
    "vae": N_("Variational autoencoders"),
    "gan": N_("GANs"),
    "autoregressive": N_("Autoregressive models"),
    "diffusion": N_("Diffusion models"),
}


def _gan(authors: str, year: int, title: str, purpose: str, arxiv: str, short: str = "") -> Work:
    family = "gan" if short else ""
    return Work(authors, year, title, "gan", purpose, arxiv, family=family, short=short)


def _training(authors: str, year: int, title: str, purpose: str, arxiv: str) -> Work:
    return Work(authors, year, title, "training", purpose, arxiv)


def _other(
    authors: str, year: int, title: str, purpose: str, arxiv: str, family: str, short: str
) -> Work:
    return Work(authors, year, title, "others", purpose, arxiv, family=family, short=short)


WORKS: tuple[Work, ...] = (
    Work(
        "Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville, Bengio",
        2014,
        "Generative Adversarial Nets",
        "start",
        N_("Where it began: the game, its loop, and what the best D says."),
        "1406.2661",
        family="gan",
        short="GAN",
    ),
    Work(
        "Goodfellow, Bengio, Courville",
        2016,
        N_("Deep Learning (MIT Press), chapter 20"),
        "start",
        N_("A textbook's chapter on deep generative models, GANs among them."),
        url="https://www.deeplearningbook.org",
    ),
    Work(
        "Goodfellow",
        2016,
        "NIPS 2016 Tutorial: Generative Adversarial Networks",
        "start",
        N_("How GANs compare with other generative models, and tips for training them."),
        "1701.00160",
    ),
    _gan(
        "Mirza, Osindero",
        2014,
        "Conditional Generative Adversarial Nets",
        N_("How to tell both players what is to be drawn."),
        "1411.1784",
    ),
    _gan(
        "Radford, Metz, Chintala",
        2015,
        "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial "
        "Networks",
        N_("How to build a GAN of convolutions, and how to calculate with noise vectors."),
        "1511.06434",
        "DCGAN",
    ),
    _gan(
        "Chen, Duan, Houthooft, Schulman, Sutskever, Abbeel",
        2016,
        "InfoGAN: Interpretable Representation Learning by Information Maximizing Generative "
        "Adversarial Nets",
        N_(
            "Noise of which some numbers come to mean something, such as the slant of a "
            "digit, without any labels."
        ),
        "1606.03657",
    ),
    _gan(
        "White",
        2016,
        "Sampling Generative Networks",
        N_("Why to walk through the latent space along an arc."),
        "1609.04468",
    ),
    _gan(
        "Isola, Zhu, Zhou, Efros",
        2016,
        "Image-to-Image Translation with Conditional Adversarial Networks",
        N_("A sketch becomes a photograph: the label is a picture too."),
        "1611.07004",
    ),
    _gan(
        "Zhu, Park, Isola, Efros",
        2017,
        "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks",
        N_("How to turn horses into zebras and back, with no pairs of pictures to learn from."),
        "1703.10593",
        "CycleGAN",
    ),
    _gan(
        "Miyato, Koyama",
        2018,
        "cGANs with Projection Discriminator",
        N_("Where in D a label is best put to use."),
        "1802.05637",
    ),
    _gan(
        "Karras, Laine, Aila",
        2018,
        "A Style-Based Generator Architecture for Generative Adversarial Networks",
        N_(
            "Faces from a generator that is given a style at each layer, so that coarse and "
            "fine traits can be mixed."
        ),
        "1812.04948",
        "StyleGAN",
    ),
    Work(
        "Glorot, Bengio",
        2010,
        "Understanding the difficulty of training deep feedforward neural networks",
        "training",
        N_("What sigmoids do to deep networks, and first weights that let signals pass."),
        url="https://proceedings.mlr.press/v9/glorot10a.html",
    ),
    _training(
        "Salimans, Goodfellow, Zaremba, Cheung, Radford, Chen",
        2016,
        "Improved Techniques for Training GANs",
        N_(
            "Tricks that became common, such as one-sided label smoothing, and the Inception score."
        ),
        "1606.03498",
    ),
    _training(
        "Nowozin, Cseke, Tomioka",
        2016,
        "f-GAN: Training Generative Neural Samplers using Variational Divergence Minimization",
        N_("A game for each f-divergence; the original one is a special case."),
        "1606.00709",
    ),
    _training(
        "Arjovsky, Bottou",
        2017,
        "Towards Principled Methods for Training Generative Adversarial Networks",
        N_("Why G gets no slope where real and generated samples hardly overlap."),
        "1701.04862",
    ),
    _training(
        "Arjovsky, Chintala, Bottou",
        2017,
        "Wasserstein GAN",
        N_(
            "Why the Wasserstein distance keeps a slope where others are flat, and how a "
            "critic estimates it."
        ),
        "1701.07875",
    ),
    _training(
        "Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville",
        2017,
        "Improved Training of Wasserstein GANs",
        N_("The gradient penalty, instead of clipping the critic's weights."),
        "1704.00028",
    ),
    _training(
        "Lucic, Kurach, Michalski, Gelly, Bousquet",
        2017,
        "Are GANs Created Equal? A Large-Scale Study",
        N_("With enough tuning, most losses reach similar scores."),
        "1711.10337",
    ),
    _training(
        "Miyato, Kataoka, Koyama, Yoshida",
        2018,
        "Spectral Normalization for Generative Adversarial Networks",
        N_("How to bound the slope of D layer by layer, at little cost."),
        "1802.05957",
    ),
    _training(
        "Mescheder, Geiger, Nowozin",
        2018,
        "Which Training Methods for GANs do actually Converge?",
        N_(
            "Which methods converge near the equilibrium, shown on the smallest GAN of all; "
            "R₁ comes from here."
        ),
        "1801.04406",
    ),
    _training(
        "Ioffe, Szegedy",
        2015,
        "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate "
        "Shift",
        N_("What batch normalisation does in training, and outside of it."),
        "1502.03167",
    ),
    Work(
        "Heusel, Ramsauer, Unterthiner, Nessler, Hochreiter",
        2017,
        "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium",
        "measures",
        N_("The Fréchet Inception distance (FID), and a learning rate of its own for each player."),
        "1706.08500",
    ),
    Work(
        "Lin, Khetan, Fanti, Oh",
        2017,
        "PacGAN: The power of two samples in generative adversarial networks",
        "measures",
        N_("Packing as a cure for mode collapse, with counts of covered modes as in this course."),
        "1712.04086",
    ),
    Work(
        "Kynkäänniemi, Karras, Laine, Lehtinen, Aila",
        2019,
        "Improved Precision and Recall Metric for Assessing Generative Models",
        "measures",
        N_(
            "Precision and recall of generated pictures, by their nearest neighbours among "
            "features."
        ),
        "1904.06991",
    ),
    _other(
        "Kingma, Welling",
        2013,
        "Auto-Encoding Variational Bayes",
        N_("The variational autoencoder, and how a gradient gets through a random draw."),
        "1312.6114",
        "vae",
        "VAE",
    ),
    _other(
        "van den Oord, Vinyals, Kavukcuoglu",
        2017,
        "Neural Discrete Representation Learning",
        N_("An autoencoder whose code is made of entries from a table that is learned."),
        "1711.00937",
        "vae",
        "VQ-VAE",
    ),
    _other(
        "van den Oord, Kalchbrenner, Kavukcuoglu",
        2016,
        "Pixel Recurrent Neural Networks",
        N_("Pictures drawn pixel after pixel, each given all before it."),
        "1601.06759",
        "autoregressive",
        "PixelRNN",
    ),
    _other(
        "Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin",
        2017,
        "Attention Is All You Need",
        N_(
            "The Transformer, made for translation; most of today's language models are built "
            "of it."
        ),
        "1706.03762",
        "autoregressive",
        "Transformer",
    ),
    _other(
        N_("Brown and 30 others"),
        2020,
        "Language Models are Few-Shot Learners",
        N_(
            "How a very large language model takes on a new task from a few examples in its prompt."
        ),
        "2005.14165",
        "autoregressive",
        "GPT-3",
    ),
    _other(
        "Sohl-Dickstein, Weiss, Maheswaranathan, Ganguli",
        2015,
        "Deep Unsupervised Learning using Nonequilibrium Thermodynamics",
        N_(
            "Where diffusion models began: take the data apart step by step, and learn the "
            "way back."
        ),
        "1503.03585",
        "diffusion",
        "Diffusion",
    ),
    _other(
        "Ho, Jain, Abbeel",
        2020,
        "Denoising Diffusion Probabilistic Models",
        N_("Diffusion models that draw good pictures by learning to predict the noise."),
        "2006.11239",
        "diffusion",
        "DDPM",
    ),
    _other(
        "Rombach, Blattmann, Lorenz, Esser, Ommer",
        2021,
        "High-Resolution Image Synthesis with Latent Diffusion Models",
        N_("Diffusion in the small latent space of an autoencoder, which saves much computing."),
        "2112.10752",
        "diffusion",
        "Latent diffusion",
    ),
    Work(
        "Karras, Aittala, Aila, Laine",
        2022,
        "Elucidating the Design Space of Diffusion-Based Generative Models",
        "others",
        N_("What a diffusion model's network learns, and how few passes it can draw in."),
        "2206.00364",
    ),
    Work(
        "Fisher",
        1936,
        "The use of multiple measurements in taxonomic problems",
        "data",
        N_(
            "The iris measurements of the first lesson, and how a weighted sum of them tells "
            "species apart."
        ),
        url="https://doi.org/10.1111/j.1469-1809.1936.tb02137.x",
    ),
    Work(
        "Strubell, Ganesh, McCallum",
        2019,
        "Energy and Policy Considerations for Deep Learning in NLP",
        "society",
        N_("What it costs to train language models: energy, money and carbon dioxide."),
        "1906.02243",
    ),
    Work(
        "Carlini, Hayes, Nasr, Jagielski, Sehwag, Tramèr, Balle, Ippolito, Wallace",
        2023,
        "Extracting Training Data from Diffusion Models",
        "society",
        N_("How training pictures were drawn out of diffusion models."),
        "2301.13188",
    ),
    Work(
        "Wang, Wang, Zhang, Owens, Efros",
        2019,
        "CNN-generated images are surprisingly easy to spot... for now",
        "society",
        N_(
            "A detector that learned from one generator's pictures and recognises those of "
            "others too."
        ),
        "1912.11035",
    ),
    Work(
        "Zhao, Zhang, Su, Vasan, Grishchenko, Kruegel, Vigna, Wang, Li",
        2023,
        "Invisible Image Watermarks Are Provably Removable Using Generative AI",
        "society",
        N_("How noise and a generative model wash a watermark out of a picture."),
        "2306.01953",
    ),
)


def by_topic(topic: str) -> list[Work]:
    """The works on a topic, oldest first."""
    return sorted((work for work in WORKS if work.topic == topic), key=lambda work: work.year)


def of_family(family: str) -> list[Work]:
    """The works that began a family of generative models or carried it on, oldest first."""
    return sorted((work for work in WORKS if work.family == family), key=lambda work: work.year)
