"""What the course cites: every work once, with authors, year and where it can be read."""

from __future__ import annotations

from dataclasses import dataclass

from gan_core.text import N_

ARXIV = "https://arxiv.org/abs/"


@dataclass(frozen=True)
class Work:
    """A paper or a book. `arxiv` is its number there, or `url` where else it can be read.

    `family` names the kind of generative model that it began or carried on, for the timeline, where
    it stands as `short`.
    """

    authors: str
    year: int
    title: str
    topic: str
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
    "society": N_("Cost and abuse"),
}

FAMILIES = {
    "vae": N_("Variational autoencoders"),
    "gan": N_("GANs"),
    "autoregressive": N_("Autoregressive models"),
    "diffusion": N_("Diffusion models"),
}


def _gan(authors: str, year: int, title: str, arxiv: str, short: str = "") -> Work:
    return Work(authors, year, title, "gan", arxiv, family="gan" if short else "", short=short)


def _training(authors: str, year: int, title: str, arxiv: str) -> Work:
    return Work(authors, year, title, "training", arxiv)


def _other(authors: str, year: int, title: str, arxiv: str, family: str, short: str) -> Work:
    return Work(authors, year, title, "others", arxiv, family=family, short=short)


WORKS: tuple[Work, ...] = (
    Work(
        "Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville, Bengio",
        2014,
        "Generative Adversarial Nets",
        "start",
        "1406.2661",
        family="gan",
        short="GAN",
    ),
    Work(
        "Goodfellow, Bengio, Courville",
        2016,
        N_("Deep Learning (MIT Press), chapter 20"),
        "start",
        url="https://www.deeplearningbook.org",
    ),
    Work(
        "Goodfellow",
        2016,
        "NIPS 2016 Tutorial: Generative Adversarial Networks",
        "start",
        "1701.00160",
    ),
    _gan("Mirza, Osindero", 2014, "Conditional Generative Adversarial Nets", "1411.1784"),
    _gan(
        "Radford, Metz, Chintala",
        2015,
        "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial "
        "Networks",
        "1511.06434",
        "DCGAN",
    ),
    _gan(
        "Chen, Duan, Houthooft, Schulman, Sutskever, Abbeel",
        2016,
        "InfoGAN: Interpretable Representation Learning by Information Maximizing Generative "
        "Adversarial Nets",
        "1606.03657",
    ),
    _gan("White", 2016, "Sampling Generative Networks", "1609.04468"),
    _gan(
        "Isola, Zhu, Zhou, Efros",
        2016,
        "Image-to-Image Translation with Conditional Adversarial Networks",
        "1611.07004",
    ),
    _gan(
        "Zhu, Park, Isola, Efros",
        2017,
        "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks",
        "1703.10593",
        "CycleGAN",
    ),
    _gan("Miyato, Koyama", 2018, "cGANs with Projection Discriminator", "1802.05637"),
    _gan(
        "Karras, Laine, Aila",
        2018,
        "A Style-Based Generator Architecture for Generative Adversarial Networks",
        "1812.04948",
        "StyleGAN",
    ),
    Work(
        "Glorot, Bengio",
        2010,
        "Understanding the difficulty of training deep feedforward neural networks",
        "training",
        url="https://proceedings.mlr.press/v9/glorot10a.html",
    ),
    _training(
        "Salimans, Goodfellow, Zaremba, Cheung, Radford, Chen",
        2016,
        "Improved Techniques for Training GANs",
        "1606.03498",
    ),
    _training(
        "Nowozin, Cseke, Tomioka",
        2016,
        "f-GAN: Training Generative Neural Samplers using Variational Divergence Minimization",
        "1606.00709",
    ),
    _training("Arjovsky, Chintala, Bottou", 2017, "Wasserstein GAN", "1701.07875"),
    _training(
        "Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville",
        2017,
        "Improved Training of Wasserstein GANs",
        "1704.00028",
    ),
    _training(
        "Miyato, Kataoka, Koyama, Yoshida",
        2018,
        "Spectral Normalization for Generative Adversarial Networks",
        "1802.05957",
    ),
    _training(
        "Mescheder, Geiger, Nowozin",
        2018,
        "Which Training Methods for GANs do actually Converge?",
        "1801.04406",
    ),
    _training(
        "Ioffe, Szegedy",
        2015,
        "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate "
        "Shift",
        "1502.03167",
    ),
    Work(
        "Heusel, Ramsauer, Unterthiner, Nessler, Hochreiter",
        2017,
        "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium",
        "measures",
        "1706.08500",
    ),
    Work(
        "Lin, Khetan, Fanti, Oh",
        2017,
        "PacGAN: The power of two samples in generative adversarial networks",
        "measures",
        "1712.04086",
    ),
    Work(
        "Kynkäänniemi, Karras, Laine, Lehtinen, Aila",
        2019,
        "Improved Precision and Recall Metric for Assessing Generative Models",
        "measures",
        "1904.06991",
    ),
    _other("Kingma, Welling", 2013, "Auto-Encoding Variational Bayes", "1312.6114", "vae", "VAE"),
    _other(
        "van den Oord, Vinyals, Kavukcuoglu",
        2017,
        "Neural Discrete Representation Learning",
        "1711.00937",
        "vae",
        "VQ-VAE",
    ),
    _other(
        "van den Oord, Kalchbrenner, Kavukcuoglu",
        2016,
        "Pixel Recurrent Neural Networks",
        "1601.06759",
        "autoregressive",
        "PixelRNN",
    ),
    _other(
        "Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin",
        2017,
        "Attention Is All You Need",
        "1706.03762",
        "autoregressive",
        "Transformer",
    ),
    _other(
        N_("Brown and 30 others"),
        2020,
        "Language Models are Few-Shot Learners",
        "2005.14165",
        "autoregressive",
        "GPT-3",
    ),
    _other(
        "Sohl-Dickstein, Weiss, Maheswaranathan, Ganguli",
        2015,
        "Deep Unsupervised Learning using Nonequilibrium Thermodynamics",
        "1503.03585",
        "diffusion",
        "Diffusion",
    ),
    _other(
        "Ho, Jain, Abbeel",
        2020,
        "Denoising Diffusion Probabilistic Models",
        "2006.11239",
        "diffusion",
        "DDPM",
    ),
    _other(
        "Rombach, Blattmann, Lorenz, Esser, Ommer",
        2021,
        "High-Resolution Image Synthesis with Latent Diffusion Models",
        "2112.10752",
        "diffusion",
        "Latent diffusion",
    ),
    Work(
        "Strubell, Ganesh, McCallum",
        2019,
        "Energy and Policy Considerations for Deep Learning in NLP",
        "society",
        "1906.02243",
    ),
    Work(
        "Carlini, Hayes, Nasr, Jagielski, Sehwag, Tramèr, Balle, Ippolito, Wallace",
        2023,
        "Extracting Training Data from Diffusion Models",
        "society",
        "2301.13188",
    ),
    Work(
        "Wang, Wang, Zhang, Owens, Efros",
        2019,
        "CNN-generated images are surprisingly easy to spot... for now",
        "society",
        "1912.11035",
    ),
)


def by_topic(topic: str) -> list[Work]:
    """The works on a topic, oldest first."""
    return sorted((work for work in WORKS if work.topic == topic), key=lambda work: work.year)
