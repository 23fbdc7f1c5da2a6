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
]


@pytest.mark.parametrize(("ours", "theirs"), SAME)
def test_titles_of_one_paper_are_the_same(ours: str, theirs: str) -> None:
    assert is_same_title(ours, theirs)
    assert is_same_title(theirs, ours)


@pytest.mark.parametrize(("ours", "theirs"), OTHER)
def test_titles_of_two_papers_differ(ours: str, theirs: str) -> None:
    assert not is_same_title(ours, theirs)
    assert not is_same_title(theirs, ours)


@given(st.text(max_size=80))
def test_any_title_is_the_same_as_itself(title: str) -> None:
    assert is_same_title(title, title)
    assert normalize_title(normalize_title(title)) == normalize_title(title)
