# The server as an image: docker build -t jizuo .

# Copied by name, so that neither target/ nor a file of secrets goes into the build; rust-toolchain.toml stays out because
# the image is the toolchain.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY config config
COPY data data
COPY crates crates
COPY modules modules
COPY tests tests
RUN cargo build --release --locked --bin jizuo

FROM debian:bookworm-slim
# curl is for health checks.
RUN apt-get update \
    && apt-get install -y --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/jizuo jizuo
COPY --from=build /src/target/release/jizuo /usr/local/bin/jizuo
COPY LICENSE /usr/share/doc/jizuo/
COPY data /usr/share/jizuo
USER jizuo
# A SQLite database and a jizuo.toml are looked for here.
WORKDIR /var/lib/jizuo
ENV JIZUO__SERVER__LISTEN=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT ["jizuo"]
CMD ["serve"]
