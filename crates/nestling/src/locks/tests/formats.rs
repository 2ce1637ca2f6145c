//! A model of what packages need, and how each tool writes it down.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A package of a registry.
#[derive(Debug, Clone)]
pub(super) struct Package {
    pub(super) version: usize,
    pub(super) hash: usize,
    pub(super) needs: BTreeSet<usize>,
}

/// A package of the repository: its needs, and those of the repository that it links.
#[derive(Debug, Clone, Default)]
pub(super) struct Member {
    pub(super) needs: BTreeSet<usize>,
    pub(super) links: BTreeSet<usize>,
}

/// The packages that a lock file resolves. The first member is the root.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) packages: Vec<Package>,
    pub(super) members: Vec<Member>,
    pub(super) format: usize,
}

/// The directory of a member: `units/1`, or `libs/1`, which is not a unit.
pub(super) fn directory(member: usize) -> String {
    match member {
        0 => String::new(),
        member if member % 3 == 0 => format!("libs/{member}"),
        member => format!("units/{member}"),
    }
}

impl Model {
    /// The packages that a member comes to, members that are no unit led through; with those of the root, if they are shared.
    pub(super) fn closure(&self, member: usize, shares_root: bool) -> BTreeSet<(usize, usize, usize)> {
        let mut members = BTreeSet::from([member]);
        if shares_root {
            members.insert(0);
        }
        let mut open: Vec<usize> = members.iter().copied().collect();
        let mut packages = Vec::new();
        while let Some(member) = open.pop() {
            packages.extend(&self.members[member].needs);
            let links = self.members[member].links.iter().filter(|link| *link % 3 == 0);
            open.extend(links.filter(|link| members.insert(**link)));
        }
        let mut closure = BTreeSet::new();
        while let Some(package) = packages.pop() {
            let Package { version, hash, needs } = &self.packages[package];
            if closure.insert((package, *version, *hash)) {
                packages.extend(needs);
            }
        }
        closure
    }

    fn of(&self, member: usize) -> &Member {
        &self.members[member]
    }

    pub(super) fn cargo(&self) -> Vec<(String, String)> {
        let mut lock = format!("version = {}\n", self.format);
        let list = |needs: &BTreeSet<usize>, links: &BTreeSet<usize>| {
            let needs = needs.iter().map(|need| format!("\"p{need}\""));
            needs.chain(links.iter().map(|link| format!("\"m{link}\""))).collect::<Vec<_>>().join(", ")
        };
        let mut files = Vec::new();
        for (member, Member { needs, links }) in self.members.iter().enumerate() {
            let (name, needs) = (format!("m{member}"), list(needs, links));
            let _ = write!(
                lock,
                "\n[[package]]\nname = \"{name}\"\nversion = \"0.1.0\"\ndependencies = [{needs}]\n"
            );
            files.push((
                format!("{}/Cargo.toml", directory(member)),
                format!("[package]\nname = \"{name}\"\n"),
            ));
        }
        for (package, Package { version, hash, needs }) in self.packages.iter().enumerate() {
            let needs = list(needs, &BTreeSet::new());
            let _ = write!(
                lock,
                "\n[[package]]\nname = \"p{package}\"\nversion = \"1.0.{version}\"\nsource = \"registry+x\"\nchecksum = \"{hash}\"\ndependencies = [{needs}]\n"
            );
        }
        files.push(("Cargo.lock".to_owned(), lock));
        files
    }

    pub(super) fn uv(&self) -> Vec<(String, String)> {
        let mut lock = format!("version = 1\nrevision = {}\n", self.format);
        let list = |needs: &BTreeSet<usize>, links: &BTreeSet<usize>| {
            let needs = needs.iter().map(|need| format!("{{ name = \"p{need}\" }}"));
            needs
                .chain(links.iter().map(|link| format!("{{ name = \"m{link}\" }}")))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let mut files = Vec::new();
        for (member, Member { needs, links }) in self.members.iter().enumerate() {
            let path = if member == 0 { ".".to_owned() } else { directory(member) };
            let needs = list(needs, links);
            let _ = write!(
                lock,
                "\n[[package]]\nname = \"m{member}\"\nversion = \"0.1.0\"\nsource = {{ editable = \"{path}\" }}\n[package.dev-dependencies]\ndev = [{needs}]\n"
            );
            files.push((format!("{}/pyproject.toml", directory(member)), String::new()));
        }
        for (package, Package { version, hash, needs }) in self.packages.iter().enumerate() {
            let needs = list(needs, &BTreeSet::new());
            let _ = write!(
                lock,
                "\n[[package]]\nname = \"p{package}\"\nversion = \"1.0.{version}\"\nsource = {{ registry = \"x\" }}\ndependencies = [{needs}]\nwheels = [{{ hash = \"{hash}\" }}]\n"
            );
        }
        files.push(("uv.lock".to_owned(), lock));
        files
    }

    pub(super) fn pnpm(&self) -> Vec<(String, String)> {
        let key = |package: usize| format!("p{package}@1.0.{}(p@1)", self.packages[package].version);
        let mut lock = format!("lockfileVersion: '{}.0'\n\nimporters:\n\n", self.format);
        for (member, Member { needs, links }) in self.members.iter().enumerate() {
            let path = if member == 0 { ".".to_owned() } else { directory(member) };
            let _ = write!(lock, "  {path}:\n    devDependencies: {{}}\n    dependencies:\n");
            for need in needs {
                let version = key(*need).split_once('@').unwrap().1.to_owned();
                let _ = writeln!(lock, "      p{need}: {{ specifier: ^1, version: {version} }}");
            }
            for link in links {
                let up = if member == 0 { "" } else { "../../" };
                let _ = writeln!(
                    lock,
                    "      m{link}: {{ specifier: 'workspace:*', version: 'link:{up}{}' }}",
                    directory(*link)
                );
            }
            let _ = writeln!(lock, "      self: {{ specifier: x, version: 'link:../nowhere' }}");
        }
        lock.push_str("\npackages:\n\n");
        for (package, Package { version, hash, .. }) in self.packages.iter().enumerate() {
            let _ = writeln!(
                lock,
                "  p{package}@1.0.{version}:\n    resolution: {{integrity: {hash}}}\n    peerDependencies: {{ p: '*' }}"
            );
        }
        lock.push_str("\nsnapshots:\n\n");
        for (package, Package { needs, .. }) in self.packages.iter().enumerate() {
            let _ = writeln!(lock, "  {}:\n    optionalDependencies: {{}}\n    dependencies:", key(package));
            for need in needs {
                let _ = writeln!(lock, "      p{need}: {}", key(*need).split_once('@').unwrap().1);
            }
            lock.push_str("      none: link:nowhere\n");
        }
        let mut files = self.packages_json();
        files.push(("pnpm-lock.yaml".to_owned(), lock));
        files
    }

    pub(super) fn npm(&self) -> Vec<(String, String)> {
        let list = |needs: &BTreeSet<usize>, links: &BTreeSet<usize>| {
            let needs = needs.iter().map(|need| format!("\"p{need}\": \"^1\""));
            let links = links.iter().map(|link| format!("\"m{link}\": \"*\""));
            needs.chain(links).collect::<Vec<_>>().join(", ")
        };
        let mut entries = Vec::new();
        for (member, Member { needs, links }) in self.members.iter().enumerate() {
            let (path, needs) = (directory(member), list(needs, links));
            entries.push(format!("    \"{path}\": {{ \"devDependencies\": {{ {needs} }} }}"));
            if member > 0 {
                entries.push(format!(
                    "    \"node_modules/m{member}\": {{ \"resolved\": \"{path}\", \"link\": true }}"
                ));
            }
        }
        for (package, Package { version, hash, needs }) in self.packages.iter().enumerate() {
            let needs = list(needs, &BTreeSet::new());
            entries.push(format!("    \"node_modules/p{package}\": {{ \"version\": \"1.0.{version}\", \"integrity\": \"{hash}\", \"dev\": {}, \"dependencies\": {{ {needs} }} }}", hash % 2 == 0));
        }
        let lock = format!(
            "{{ \"lockfileVersion\": {}, \"packages\": {{\n{}\n}} }}",
            self.format,
            entries.join(",\n")
        );
        let mut files = self.packages_json();
        files.push(("package-lock.json".to_owned(), lock));
        files
    }

    pub(super) fn yarn_classic(&self) -> Vec<(String, String)> {
        let mut lock = "# yarn lockfile v1\n\n".to_owned();
        for (package, Package { version, hash, needs }) in self.packages.iter().enumerate() {
            let _ = write!(
                lock,
                "\"p{package}@>= 1 < 2\", p{package}@^1:\n  version \"1.0.{version}\"\n  integrity {hash}\n"
            );
            if !needs.is_empty() {
                lock.push_str("  dependencies:\n");
            }
            for need in needs {
                let _ = writeln!(lock, "    p{need} \">= 1 < 2\"");
            }
            lock.push('\n');
        }
        let mut files = self.packages_json();
        files.push(("yarn.lock".to_owned(), lock));
        files
    }

    pub(super) fn yarn(&self) -> Vec<(String, String)> {
        let mut lock = format!("# generated\n\n__metadata:\n  version: {}\n", self.format);
        for (member, Member { needs, links }) in self.members.iter().enumerate() {
            let path = if member == 0 { ".".to_owned() } else { directory(member) };
            let _ = write!(
                lock,
                "\n\"m{member}@workspace:*, m{member}@workspace:{path}\":\n  version: 0.0.0-use.local\n  resolution: \"m{member}@workspace:{path}\"\n  dependencies:\n    none: \"npm:^1\"\n"
            );
            needs.iter().for_each(|need| _ = writeln!(lock, "    p{need}: \"npm:^1\""));
            links.iter().for_each(|link| _ = writeln!(lock, "    m{link}: \"workspace:*\""));
            lock.push_str("  dependenciesMeta:\n    none: { optional: true }\n");
        }
        for (package, Package { version, hash, needs }) in self.packages.iter().enumerate() {
            let _ = write!(
                lock,
                "\n\"p{package}@npm:^1\":\n  version: 1.0.{version}\n  resolution: \"p{package}@npm:1.0.{version}\"\n  checksum: \"{hash}\"\n  dependencies:\n    none: \"npm:^1\"\n"
            );
            needs.iter().for_each(|need| _ = writeln!(lock, "    p{need}: ^1"));
            lock.push_str("  dependenciesMeta:\n    none: { optional: true }\n");
        }
        let mut files = self.packages_json();
        files.push(("yarn.lock".to_owned(), lock));
        files
    }

    fn packages_json(&self) -> Vec<(String, String)> {
        let mut files = Vec::new();
        for member in 0..self.members.len() {
            let Member { needs, links } = self.of(member);
            let needs = needs.iter().map(|need| format!("\"p{need}\": \"^1\""));
            let links = links.iter().map(|link| format!("\"m{link}\": \"*\""));
            let needs = needs.chain(links).collect::<Vec<_>>().join(", ");
            let text = format!("{{ \"name\": \"m{member}\", \"dependencies\": {{ {needs} }} }}");
            files.push((format!("{}/package.json", directory(member)), text));
        }
        files
    }
}
