//! Labels as LaTeX writes them: `$\mu_{L}$` in a scenario is the same label in the figure and in the caption of the paper.

/// Commands with the characters that they stand for. Letters that Greek shares with Latin have no commands.
const COMMANDS: &[(&str, &str)] = &[
    ("alpha", "α"),
    ("beta", "β"),
    ("gamma", "γ"),
    ("delta", "δ"),
    ("epsilon", "ϵ"),
    ("varepsilon", "ε"),
    ("zeta", "ζ"),
    ("eta", "η"),
    ("theta", "θ"),
    ("vartheta", "ϑ"),
    ("iota", "ι"),
    ("kappa", "κ"),
    ("lambda", "λ"),
    ("mu", "μ"),
    ("nu", "ν"),
    ("xi", "ξ"),
    ("pi", "π"),
    ("rho", "ρ"),
    ("varrho", "ϱ"),
    ("sigma", "σ"),
    ("tau", "τ"),
    ("upsilon", "υ"),
    ("phi", "ϕ"),
    ("varphi", "φ"),
    ("chi", "χ"),
    ("psi", "ψ"),
    ("omega", "ω"),
    ("Gamma", "Γ"),
    ("Delta", "Δ"),
    ("Theta", "Θ"),
    ("Lambda", "Λ"),
    ("Xi", "Ξ"),
    ("Pi", "Π"),
    ("Sigma", "Σ"),
    ("Upsilon", "Υ"),
    ("Phi", "Φ"),
    ("Psi", "Ψ"),
    ("Omega", "Ω"),
    ("ell", "ℓ"),
    ("infty", "∞"),
    ("partial", "∂"),
    ("nabla", "∇"),
    ("sum", "∑"),
    ("prod", "∏"),
    ("int", "∫"),
    ("times", "×"),
    ("cdot", "·"),
    ("pm", "±"),
    ("mp", "∓"),
    ("div", "÷"),
    ("ast", "∗"),
    ("star", "⋆"),
    ("circ", "∘"),
    ("le", "≤"),
    ("leq", "≤"),
    ("ge", "≥"),
    ("geq", "≥"),
    ("ll", "≪"),
    ("gg", "≫"),
    ("ne", "≠"),
    ("neq", "≠"),
    ("approx", "≈"),
    ("sim", "∼"),
    ("propto", "∝"),
    ("equiv", "≡"),
    ("in", "∈"),
    ("to", "→"),
    ("rightarrow", "→"),
    ("leftarrow", "←"),
    ("langle", "⟨"),
    ("rangle", "⟩"),
    ("ldots", "…"),
    ("dots", "…"),
    ("cdots", "⋯"),
    ("prime", "′"),
    ("degree", "°"),
    ("log", "log"),
    ("ln", "ln"),
    ("exp", "exp"),
    ("min", "min"),
    ("max", "max"),
    ("Pr", "Pr"),
];
/// Commands that set what stands in their braces in another font; a figure has one.
const FONTS: [&str; 7] = ["mathrm", "text", "mathit", "mathbf", "mathcal", "operatorname", "textrm"];

/// A label with its formulas, what stands between two `$`, as a figure writes them. `\$` is a dollar.
///
/// # Errors
/// A sentence about what is not understood.
pub fn plain(label: &str) -> Result<String, String> {
    let mut text = String::new();
    let mut rest = label;
    while let Some(place) = rest.find('$') {
        let (before, behind) = (&rest[..place], &rest[place + 1..]);
        if let Some(before) = before.strip_suffix('\\') {
            text.push_str(before);
            text.push('$');
            rest = behind;
            continue;
        }
        let Some(end) = behind.find('$') else {
            // A single dollar is money.
            break;
        };
        text.push_str(before);
        Formula { rest: &behind[..end], depth: 0 }.write(&mut text)?;
        rest = &behind[end + 1..];
    }
    text.push_str(rest);
    Ok(text)
}

struct Formula<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Formula<'a> {
    /// Writes all that is left, or up to the brace that closes a group.
    fn write(&mut self, text: &mut String) -> Result<(), String> {
        while let Some(letter) = self.next() {
            match letter {
                '}' if self.depth > 0 => {
                    self.depth -= 1;
                    return Ok(());
                }
                '}' => return Err("a formula closes a brace that it did not open".into()),
                '{' => self.group(text)?,
                '_' | '^' => {
                    let mut script = String::new();
                    self.argument(&mut script)?;
                    if script.contains(['{', '}']) {
                        return Err("a figure has no index of an index".into());
                    }
                    match (letter, script.as_str()) {
                        // An asterisk is raised as it is.
                        ('^', "*" | "∗" | "′") => text.push_str(&script),
                        _ => text.extend([String::from(letter), format!("{{{script}}}")]),
                    }
                }
                '\\' => self.command(text)?,
                // LaTeX does not print the spaces of a formula; around signs it sets its own.
                ' ' | '~' => {}
                '=' | '<' | '>' | '+' => text.extend([' ', letter, ' ']),
                '-' => text.push('\u{2212}'),
                '\'' => text.push('′'),
                other => text.push(other),
            }
        }
        if self.depth > 0 { Err("a formula leaves a brace open".into()) } else { Ok(()) }
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.rest.chars().next()?;
        self.rest = &self.rest[letter.len_utf8()..];
        Some(letter)
    }

    /// What stands in braces, of which the first is read.
    fn group(&mut self, text: &mut String) -> Result<(), String> {
        self.nested(text, Self::write)
    }

    /// What is one level deeper, of which there are few.
    fn nested(
        &mut self,
        text: &mut String,
        read: impl FnOnce(&mut Self, &mut String) -> Result<(), String>,
    ) -> Result<(), String> {
        if self.depth > 8 {
            return Err("a formula has too many braces or roots in one another".into());
        }
        let outer = self.depth;
        self.depth += 1;
        read(self, text)?;
        self.depth = outer;
        Ok(())
    }

    /// A group, a command or a single letter.
    fn argument(&mut self, text: &mut String) -> Result<(), String> {
        self.rest = self.rest.trim_start_matches(' ');
        match self.next() {
            Some('{') => self.group(text),
            Some('\\') => self.nested(text, Self::command),
            Some(letter) if !matches!(letter, '}' | '_' | '^') => {
                text.push(letter);
                Ok(())
            }
            _ => Err("a formula has an index without text".into()),
        }
    }

    /// What a command stands for, of which the backslash is read.
    fn command(&mut self, text: &mut String) -> Result<(), String> {
        let length = self.rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(self.rest.len());
        let name: &'a str = &self.rest[..length];
        self.rest = &self.rest[length..];
        if name.is_empty() {
            match self.next() {
                // Spaces of several widths are one.
                Some(',' | ';' | ':' | ' ' | '!') => text.push(' '),
                Some(letter @ ('%' | '#' | '&' | '_' | '{' | '}')) => text.push(letter),
                Some(other) => return Err(format!("a figure does not know `\\{other}`")),
                None => return Err("a formula ends with a backslash".into()),
            }
            return Ok(());
        }
        if FONTS.contains(&name) {
            return self.upright(name, text);
        }
        if name == "sqrt" {
            let mut under = String::new();
            self.argument(&mut under)?;
            // A root of one letter needs no parentheses.
            let alone = under.chars().count() == 1;
            text.push_str(&if alone { format!("√{under}") } else { format!("√({under})") });
            return Ok(());
        }
        match COMMANDS.iter().find(|(command, _)| *command == name) {
            Some((_, letters)) if is_sign(letters) => text.extend([" ", letters, " "]),
            Some((_, letters)) => text.push_str(letters),
            None => return Err(format!("a figure does not know `\\{name}`")),
        }
        // The space that ends a command is no space.
        self.rest = self.rest.trim_start_matches(' ');
        Ok(())
    }

    /// The words in the braces of `\mathrm`, with their spaces.
    fn upright(&mut self, name: &str, text: &mut String) -> Result<(), String> {
        let words = self.rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let (words, rest) = words.ok_or_else(|| format!("`\\{name}` needs braces"))?;
        if words.contains(['{', '\\']) {
            return Err(format!("`\\{name}` takes words in a figure, no formula"));
        }
        text.push_str(words);
        self.rest = rest;
        Ok(())
    }
}

/// Whether spaces belong around it.
fn is_sign(letters: &str) -> bool {
    matches!(
        letters,
        "≤" | "≥"
            | "≪"
            | "≫"
            | "≠"
            | "≈"
            | "∼"
            | "∝"
            | "≡"
            | "∈"
            | "→"
            | "←"
            | "±"
            | "∓"
            | "×"
    )
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn formulas_become_letters() {
        for (label, expected) in [
            (r"root bias $\mu_L$", "root bias μ_{L}"),
            (r"$\alpha=1$", "α = 1"),
            (r"$B_{\min}$ (tokens)", "B_{min} (tokens)"),
            (r"$10^{-3}$ USD", "10^{−3} USD"),
            (r"$\sqrt{\alpha - 1}$ of $\sqrt b$", "√(α−1) of √b"),
            (r"$\mu^*$, $\rho \le 0.3$", "μ*, ρ ≤ 0.3"),
            (r"$x_{\mathrm{leaf tokens}}$", "x_{leaf tokens}"),
            (r"$\alpha b$", "αb"),
            (r"$5\,\%$", "5 %"),
            ("cost ($)", "cost ($)"),
            (r"from \$5 to \$10", "from $5 to $10"),
            ("no formula: a_{b} μ", "no formula: a_{b} μ"),
            ("", ""),
        ] {
            assert_eq!(plain(label).as_deref(), Ok(expected), "{label}");
        }
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (label, about) in [
            (r"$\frac{a}{b}$", r"\frac"),
            (r"$a_{b$", "open"),
            (r"$a}$", "did not open"),
            (r"$a_$", "index"),
            (r"$a_{b_c}$", "index of an index"),
            (r"$\$", "backslash"),
            (r"$\mathrm x$", "braces"),
        ] {
            let said = plain(label);
            assert!(said.as_ref().is_err_and(|said| said.contains(about)), "{label}: {said:?}");
        }
        let deep = format!("${}${}", "{".repeat(100_000), "$");
        assert!(plain(&deep).is_err());
        let roots = format!("${}{}$", r"\sqrt".repeat(100_000), " ".repeat(100_000));
        assert!(plain(&roots).is_err());
    }
}
