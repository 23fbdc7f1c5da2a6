"""Titles that are one, however they are written, and titles that are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmsys_enrich.papers.titles import is_same_title, normalize_title

VLLM = "vLLM: Efficient Memory Management for Large Language Model Serving"
FLASH = "FlashAttention: Fast and Memory-Efficient Exact Attention with IO-Awareness"
SAME = [
    ("Attention Is All You Need", "Attention is all you need."),
    (FLASH, "FlashAttention"),
    ("Efficient Memory Management for Large Language Model Serving", VLLM),
    ("Fast Inference - A Survey of Methods", "Fast Inference: A Survey of Methods"),
    ("β-VAE and λ-calculus", r"$\beta$-VAE and $\lambda$-calculus"),
    ("Poincaré Embeddings", r"Poincar\'e Embeddings"),
    ("Schrödinger Bridges", r"Schr\"{o}dinger Bridges"),
    ("Scaling to 10\u00d7 Larger Models", "Scaling to 10x Larger Models"),
    ("O(n) Attention with \\textit{Linear} Cost", "O(n) Attention with <i>Linear</i> Cost"),
    ("Reading & Writing", "Reading &amp;amp; Writing"),
    ("[ICML 23] Speculative Decoding for Everyone", "Speculative Decoding for Everyone"),
    ("Speculative Decoding for Everyone (extended version)", "Speculative Decoding for Everyone"),
    ("On the Convergence of Adam and Beyond", "On the Convergence of Adam & Beyond"),
    ("Optimizing Training Jobs on GPU Clusters", "Optimising Training Jobs on GPU Clusters"),
    ("Efficient finetuning of Quantized LLMs", "Efficient \ufb01netuning of Quantized LLMs"),
    ("MegaScale: Training on More Than 10000 GPUs", "MegaScale: Training on More Than 10,000 GPUs"),
    ("\u0141ukasz and the Attention Problem", r"\L{}ukasz and the Attention Problem"),
    ("Scaling Language Modelling with Pathways", "Scaling Language Modeling with Pathways"),
    ("Toward Optimised Neural Behaviour", "Towards Optimized Neural Behavior"),
    ("GPTQ: Accurate Quantization for Transformers", "OPTQ: Accurate Quantization for Transformers"),
    ("Serving LLMs with Little Memory", "Serving Large Language Models with Little Memory"),
    ("Is It a General NLP Task Solver?", "Is it a General Natural Language Processing Task Solver"),
    ("Deep Learning for All, Part II", "Deep Learning for All, Part 2"),
    ("Tülu 3: Open Post-Training", r"T\"ULU 3: Open Post-Training of Language Models"),
    ("FlexGen: offloading to disks", "FlexGen: High-Throughput Generative Inference with a Single GPU"),
    ("DeepSpeed Ulysses: long sequences", "DeepSpeed Ulysses: System Optimizations for Training"),
    ("Reducing Recomputation in Lare Models", "Reducing Recomputation in Large Models"),
    ("Language Model erving with Paged Memory", "Language Model Serving with Paged Memory"),
    ("Inference of MixtureofExperts Models", "Inference of Mixture-of-Experts Models"),
    ("Accelerationvia Speculative Decoding", "Acceleration via Speculative Decoding"),
    ("Serving of 10 100 Billion Parameters", "Serving of 10-100 Billion Parameters"),
    ("Mixed Precision Training, 2018", "Mixed Precision Training"),
    ("Micikevicius et al. Mixed Precision Training", "Mixed Precision Training"),
    ("", "Anything"),
    ("???", "Anything"),
]
OTHER = [
    ("Attention Is All You Need", VLLM),
    ("FlashAttention-2: Faster Attention with Better Parallelism", FLASH),
    ("GPT-3", "GPT-4"),
    ("Training Large Models", "Serving Small Models"),
    ("Adam", "Adams"),
    ("Alpa", "Alpaca farming in large herds"),
    ("Language Models are Few-Shot Learners", "Language Models are Zero-Shot Learners"),
    ("Mixture of Experts for Language Models", "Mixture of Depths for Language Models"),
    ("Efficient Training of Large Language Models", "Efficient Serving of Large Language Models"),
    ("Training Large Models with Less Memory", "Training Large Models with Less Data"),
    ("Inference of Large Models on GPUs", "Inference of Large Models on CPUs"),
    ("Efficient Transformers: A Survey", "Efficient Transformers: Training on a Single GPU"),
    ("Pruning Networks: A Survey", "Quantizing Networks: A Survey"),
    ("GPT-4 Technical Report", "GPT-4V Technical Report"),
    ("Deep Learning for All, Part I", "Deep Learning for All, Part II"),
    ("An Iterative Method of Alignment", "An Interactive Method of Alignment"),
    ("A Survey of Large Language Models", "A Survey of Large Vision Models"),
    (
        "Orca: A Distributed Serving System for Generative Models",
        "Orca: Progressive Learning from Complex Explanation Traces",
    ),
    (
        "SmoothQuant+: Accurate and Efficient Weight Quantization for LLMs",
        "SmoothQuant: Accurate and Efficient Quantization for Large Language Models",
    ),
    (
        "QA-LoRA: Quantization-Aware Low-Rank Adaptation of Large Language Models",
        "LoRA: Low-Rank Adaptation of Large Language Models",
    ),
]
# A list's text around a title, and what follows the title.
AROUND = [
    *("Attention Is All You Need, NeurIPS 2017", "Vaswani et al., Attention Is All You Need"),
    *(
        "Transformer (Attention Is All You Need)",
        "Attention Is All You Need v2",
        "1. Attention Is All You Need",
    ),
    *("NeurIPS 2017: Attention Is All You Need", "[1706.03762] Attention Is All You Need"),
    *("\u6ce8\u610f\u529b Attention Is All You Need", "Attention Is All You Need [PDF] [Code]"),
]
CUT = [
    *("Efficient Memory Management for Large...", "vLLM: Efficient Memory Manage\u2026"),
    *(
        "Efficient Memory Management for Large Language Model Servi\u2026",
        "Efficient Memory Management for \u2026",
    ),
]


@pytest.mark.parametrize(("ours", "theirs"), SAME)
def test_titles_of_one_paper_are_the_same(ours: str, theirs: str) -> None:
    assert is_same_title(ours, theirs)
    assert is_same_title(theirs, ours)


@pytest.mark.parametrize(("ours", "theirs"), OTHER)
def test_titles_of_two_papers_differ(ours: str, theirs: str) -> None:
    assert not is_same_title(ours, theirs)
    assert not is_same_title(theirs, ours)


@pytest.mark.parametrize("text", AROUND)
def test_title_stands_within_the_text_of_a_list(text: str) -> None:
    assert is_same_title(text, "Attention is All you Need")


@pytest.mark.parametrize("text", CUT)
def test_title_that_a_list_cuts_is_the_same(text: str) -> None:
    assert is_same_title(text, VLLM)


def test_title_of_a_narrower_paper_differs() -> None:
    survey = "A Survey of Large Language Models"
    assert not is_same_title(f"{survey} for Code", survey)
    assert is_same_title(f"{survey} by Zhao et al.", survey)


@given(st.text(max_size=80))
def test_any_title_is_the_same_as_itself(title: str) -> None:
    assert is_same_title(title, title)
    assert normalize_title(normalize_title(title)) == normalize_title(title)
